"""Dividing a corpus into splits that stay as they are and do not leak.

Documents that must not be parted come together first (:mod:`~postil.splitting.groups`), groups fall to splits by hash or to folds
in turn (:mod:`~postil.splitting.placing`), one of several salts may be chosen for its balance (:mod:`~postil.splitting.balance`),
and what leaks all the same is looked for afterwards (:mod:`~postil.splitting.leaks`).
"""
