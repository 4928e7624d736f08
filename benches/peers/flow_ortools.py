"""The dense transport instances of benches/flow.rs with OR-tools SimpleMinCostFlow: CPU seconds of the solve alone.

pip install ortools==9.14.6206; python benches/peers/flow_ortools.py
"""
import time

import numpy as np
from ortools.graph.python import min_cost_flow


class Lcg:
    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n


for n in (500, 1000, 2000):
    random = Lcg(n)
    supply = [1 + random.below(100) for _ in range(n)]
    demand = [1 + random.below(100) for _ in range(n)]
    gap = sum(demand) - sum(supply)
    if gap > 0:
        supply[0] += gap
    else:
        demand[0] -= gap
    a = np.array([(random.below(10000), random.below(10000)) for _ in range(n)])
    b = np.array([(random.below(10000), random.below(10000)) for _ in range(n)])
    cost = np.abs(a[:, None, :] - b[None, :, :]).sum(axis=2).ravel()
    flow = min_cost_flow.SimpleMinCostFlow()
    tails, heads = np.repeat(np.arange(n), n), n + np.tile(np.arange(n), n)
    capacity = np.minimum(np.repeat(supply, n), np.tile(demand, n))
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, capacity, cost)
    flow.set_nodes_supplies(np.arange(2 * n), np.array(supply + [-d for d in demand]))
    start = time.process_time()
    assert flow.solve() == flow.OPTIMAL
    print(f"transport {n} x {n}: {time.process_time() - start:.3f} CPU s, optimum {flow.optimal_cost()}", flush=True)
