"""Set packing: of blocks that may share units, a choice that gains most and takes no unit twice.

It is a linear program. Where its optimum divides blocks, the prices that it puts on units still bound every packing, so that an
integer program need look only at the blocks whose loss against their price is not more than what is open: the bound less what
some packing gains.

Exact up to the tolerances of the solver (HiGHS): 1e-9 for the linear program, 1e-6 for the integer program.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import block_array, csc_array
from scipy.sparse.csgraph import connected_components

from postil.measures import Floats
from postil.measures._units import NOTHING, Ints

_WHOLE = 1e-6  # as near to 0 or 1 as the solver's own tolerance
_LITTLE = 0.05  # loss of a block: what is open at first is seldom more, and few blocks lose less

Bools = npt.NDArray[np.bool_]


def packing(table: csc_array, gains: Floats) -> Bools:
    """Which blocks are a best packing. ``table`` has a row for each unit, a column for each block, 1 where it has it."""
    shares, prices = _relaxed(table, gains)
    chosen: Bools = shares > 1 - _WHOLE
    divided = (shares > _WHOLE) & ~chosen
    if divided.any():
        component = _components(table)
        touched = np.flatnonzero(np.isin(component, component[divided]))
        for number in np.unique(component[divided]):
            blocks = touched[component[touched] == number]
            chosen[blocks] = _whole(table[:, blocks], gains[blocks], prices)
    return chosen


def _relaxed(table: csc_array, gains: Floats) -> tuple[Floats, Floats]:
    """The share of each block in a best packing that may divide blocks, and the price of each unit."""
    solved = linprog(
        -gains,
        A_ub=table,
        b_ub=np.ones(table.shape[0]),
        method="highs-ds",
        options={"presolve": False, "dual_feasibility_tolerance": NOTHING, "primal_feasibility_tolerance": NOTHING},
    )
    if solved.x is None:
        raise ArithmeticError(f"the best alignment was not found: {solved.message}")
    return solved.x, np.maximum(-solved.ineqlin.marginals, 0)


def _components(table: csc_array) -> Ints:
    """For each column the number of its component: columns that share a row, directly or through others."""
    _, component = connected_components(block_array([[None, table], [table.T, None]]), directed=False)
    found: Ints = component[table.shape[0] :]
    return found


def _whole(table: csc_array, gains: Floats, prices: Floats) -> Bools:
    """A best packing of one component."""
    units = np.unique(table.indices)
    table, prices = table[units], prices[units]
    loss = table.T @ prices - gains
    # prices are good up to rounding only: a block may be above its price, and so may as many as there is room for
    bound = prices.sum() + max(-loss.min(), 0) * len(units) / 2
    chosen = np.zeros(len(gains), dtype=bool)
    limit = _LITTLE
    while True:
        near = np.flatnonzero(loss < limit)
        chosen[near] = _integer(table[:, near], gains[near])
        still_open = bound - gains[chosen].sum()
        if still_open <= limit:
            return chosen
        limit = still_open + NOTHING
        chosen[:] = False


def _integer(table: csc_array, gains: Floats) -> Bools:
    solved = milp(
        -gains,
        constraints=LinearConstraint(table, ub=1.0),
        bounds=Bounds(0, 1),
        integrality=np.ones(len(gains)),
        options={"mip_rel_gap": 0.0},
    )
    if solved.x is None:
        raise ArithmeticError(f"the best alignment was not found: {solved.message}")
    found: Bools = solved.x > 0.5
    return found
