"""The metadata of any dataset card, as the Hub would judge it."""

from __future__ import annotations

import pytest

pytest.importorskip("yaml", reason="the extra hf is not installed")

from postil.formats.hf.hub.validation import faults
from postil.hub_vocabulary import licence_id, size_category

SOUND = """\
---
pretty_name: Fine
language: ['no', nds]
language_details: nb-NO
license: other
license_name: our-own
license_link: LICENSE.md
annotations_creators: [expert-generated]
source_datasets: [original, 'extended|conll2003', me/other]
size_categories: n<1K
task_categories: [token-classification]
task_ids: [named-entity-recognition]
configs:
- config_name: spans
  data_files: [{split: train, path: spans/train.parquet}]
  default: true
- config_name: tokens
  data_dir: tokens
dataset_info:
- config_name: spans
  features:
  - {name: label, dtype: {class_label: {names: {'0': A, '1': B}}}}
  - {name: tags, sequence: {class_label: {names: {'0': A}}}}
  - {name: parts, list: [{name: start, dtype: int64}]}
  splits: [{name: train, num_bytes: 1, num_examples: 1}]
---

# Fine
"""


@pytest.mark.parametrize("card", [SOUND, SOUND.replace("\n", "\r\n"), SOUND.replace("Fine", "'---'", 1)])
def test_what_is_sound_is_not_faulted(card: str) -> None:
    assert list(faults(card)) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("'no'", "no", "must be in quotes"),
        ("'no'", "en-GB", "belongs in language_details"),
        ("'no'", "xx", "not a code of ISO 639"),
        ("nb-NO", "nb_NO", "not a language tag"),
        ("pretty_name: Fine", "pretty_name: 2024", "must be in quotes"),
        ("pretty_name: Fine", "pretty_name: Fine\npretty_name: Finer", "pretty_name stands 2 times"),
        ("{name: start, dtype: int64}", "{name: start, dtype: int64, dtype: string}", "dtype stands 2 times"),
        ("pretty_name: Fine", "pretty_name: [", "cannot be read"),
        ("---\npretty_name", "\ufeff---\npretty_name", "byte order mark"),
        ("---\npretty_name", "pretty_name", "no YAML"),
        ("license: other", "license: not-a-license", "license: 'not-a-license' is not one of"),
        ("license_name: our-own\n", "", "license_name: None"),
        ("license: other\nlicense_name: our-own\n", "license: [mit, other]\n", "license_name: None"),
        ("license_name: our-own\n", "license_name: Our Own\n", "license_name"),
        ("LICENSE.md", "README.md", "license_link"),
        ("expert-generated", "me", "annotations_creators"),
        ("n<1K", "huge", "size_categories"),
        ("original", "'a b'", "source_datasets"),
        ("[token-classification]", "[span-classification]", "task_categories: 'span-classification'"),
        ("[token-classification]", "[text-classification]", "named-entity-recognition belongs to token-classification"),
        ("  default: true\n", "", "0 of 2 are the default"),
        ("config_name: tokens", "config_name: spans", "config_name spans stands 2 times"),
        ("  data_dir: tokens\n", "", "neither data_files nor data_dir"),
        ("split: train", "split: dev-set", "cannot be the name of a split"),
        ("num_examples: 1", "num_examples: 0", "has no rows"),
        ("{'0': A, '1': B}", "{0: A, 1: B}", "in quotes"),
        ("{'0': A, '1': B}", "{'0': A, '1': A}", "class A stands 2 times"),
        ("{'0': A, '1': B}", "{'0': A, '1': yes}", "class True is not text"),
        ("{'0': A, '1': B}", "{}", "has no names"),
        ("list: [{name: start", "sequence: [{name: start", "struct of lists"),
        ("sequence: {class_label", "list: {class_label", "write sequence"),
        ("dataset_info:\n- config_name: spans", "dataset_info:\n- config_name: other", "no config other"),
    ],
)
def test_each_trap_is_found(old: str, new: str, said: str) -> None:
    card = SOUND.replace(old, new, 1)

    assert card != SOUND
    assert any(said in fault.replace("\n", " ") for fault in faults(card)), list(faults(card))


@pytest.mark.parametrize("card", ["", "# Fine", "---\n---\n", "---\n- a\n---\n", "---\njust text\n---\n"])
def test_a_card_without_metadata_is_faulted(card: str) -> None:
    assert list(faults(card))


@pytest.mark.parametrize("value", ["1", "[1]", "{a: 1}", "null", "[[]]", "'x'"])
@pytest.mark.parametrize("key", ["configs", "dataset_info", "language", "license", "task_ids", "tags", "source_datasets"])
def test_any_value_is_judged_and_never_stumbled_over(key: str, value: str) -> None:
    assert all(isinstance(fault, str) for fault in faults(f"---\n{key}: {value}\n---\n"))


@pytest.mark.parametrize(
    ("spdx", "expected"),
    [("CC-BY-4.0", "cc-by-4.0"), ("ODbL-1.0", "odbl"), ("GPL-3.0-or-later", "gpl-3.0"), ("MIT OR Apache-2.0", None),
     ("LicenseRef-own", None), ("CC-BY-SA-2.0", None), ("Other", None), ("", None)],
)  # fmt: skip
def test_a_licence_has_the_id_of_the_hub(spdx: str, expected: str | None) -> None:
    assert licence_id(spdx) == expected


@pytest.mark.parametrize(
    ("rows", "expected"), [(1, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**9, "1B<n<10B"), (10**12, "n>1T")]
)
def test_a_size_has_its_category(rows: int, expected: str) -> None:
    assert size_category(rows) == expected


def test_a_card_of_the_hub_s_own_library_is_sound() -> None:
    hub = pytest.importorskip("huggingface_hub", reason="the extra hf is not installed")
    data = hub.DatasetCardData(language=["no", "en"], license="cc-by-4.0", pretty_name="2024: yes", size_categories=["1K<n<10K"])

    assert list(faults(f"---\n{data.to_yaml()}\n---\n")) == []
