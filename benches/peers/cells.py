"""The independent-cell model in four Python programs: base stock, lead time 14 days, lost sales, Poisson demand.

Each program simulates cells for 365 days and reports dealer-model-days per processor second and the share of demand
served, which must agree between all programs. Sizes differ (the slow ones get fewer cells); rates do not depend on it.
Given the output of `cargo bench --bench simulation -- cells network`, the ratios to its best lines are printed: cells
against all four, and the network kernel against SimPy event by event (a customer or a replacement is an event there; a
customer, a car lot received, an order or a transfer is one here, with diversion and transfers on top).
"""

import re
import sys
import time
import warnings

import numba
import numpy as np
import simpy

warnings.filterwarnings("ignore")
MEAN, LEVEL, LEAD, DAYS = 0.3, 8, 14, 365


simpy_events = []


def timed(name, cells, program):
    begin = time.process_time()
    served, demand = program(cells)
    seconds = time.process_time() - begin
    rate = cells * DAYS / seconds
    print(f"{name:12} {rate:14,.0f} dealer-model-days/s   fill {served / demand:.4f}   ({cells} cells, {seconds:.2f} s)")
    return rate


def with_numpy(cells):
    """All cells at once, day by day."""
    rng = np.random.default_rng(1)
    ground = np.full(cells, LEVEL, dtype=np.int16)
    pipeline = np.zeros((LEAD, cells), dtype=np.int16)
    served = asked = 0
    for day in range(DAYS):
        slot = day % LEAD
        ground += pipeline[slot]
        demand = rng.poisson(MEAN, cells).astype(np.int16)
        sold = np.minimum(ground, demand)
        ground -= sold
        pipeline[slot] = sold
        served += int(sold.sum())
        asked += int(demand.sum())
    return served, asked


@numba.njit
def numba_cells(cells, seed):
    np.random.seed(seed)
    served = asked = 0
    pipeline = np.zeros(LEAD, dtype=np.int32)
    for _ in range(cells):
        ground = LEVEL
        pipeline[:] = 0
        slot = 0
        for _ in range(DAYS):
            ground += pipeline[slot]
            demand = np.random.poisson(MEAN)
            sold = min(ground, demand)
            ground -= sold
            pipeline[slot] = sold
            served += sold
            asked += demand
            slot += 1
            if slot == LEAD:
                slot = 0
    return served, asked


def with_numba(cells):
    return numba_cells(cells, 1)


def with_simpy(cells):
    """Customers as events; a replacement is an event too."""
    rng = np.random.default_rng(1)
    count = [0, 0]

    def replacement(env, shop):
        # Sold during a day, there again on the fourteenth morning after.
        yield env.timeout(np.floor(env.now) + LEAD - env.now)
        shop[0] += 1

    def customers(env, shop):
        while True:
            yield env.timeout(rng.exponential(1 / MEAN))
            count[1] += 1
            if shop[0] > 0:
                shop[0] -= 1
                count[0] += 1
                env.process(replacement(env, shop))

    env = simpy.Environment()
    for _ in range(cells):
        env.process(customers(env, [LEVEL]))
    begin = time.process_time()
    env.run(until=DAYS)
    simpy_events.append(sum(count) / (time.process_time() - begin))
    return count


def with_stockpyl(cells):
    """Its single-node simulation. Only backorders are offered there, so its fill is not compared."""
    from stockpyl.sim import simulation
    from stockpyl.supply_chain_network import single_stage_system

    served = asked = 0
    for cell in range(cells):
        network = single_stage_system(
            demand_type="P", mean=MEAN, shipment_lead_time=LEAD, policy_type="BS", base_stock_level=LEVEL
        )
        simulation(network, DAYS, rand_seed=cell, progress_bar=False)
        node = network.nodes[0]
        for day in range(DAYS):
            state = node.state_vars[day]
            asked += sum(sum(products.values()) for products in state.inbound_order.values())
            served += sum(state.demand_met_from_stock.values())
    return served, asked


def main():
    numba_cells(1, 1)  # compiled before the clock starts
    rates = {
        "numpy": timed("numpy", 200_000, with_numpy),
        "numba": timed("numba", 50_000, with_numba),
        "simpy": timed("simpy", 300, with_simpy),
        "stockpyl": timed("stockpyl", 10, with_stockpyl),
    }
    if len(sys.argv) > 1:
        with open(sys.argv[1], encoding="utf-8") as file:
            text = file.read()
        ours = [float(g) for g in re.findall(rf"cells mean {MEAN} .*?, ([\d.]+) G dealer-model-days", text)]
        if ours:
            best = max(ours) * 1e9
            print(f"forecourt    {best:14,.0f} dealer-model-days/s")
            for name, rate in rates.items():
                print(f"ratio to {name:9} {best / rate:12,.1f}")
        events = [float(g) * 1e6 for g in re.findall(r"customers and cars received: ([\d.]+) M a second", text)]
        if events:
            print(f"network      {max(events):14,.0f} events/s")
            print(f"simpy        {simpy_events[0]:14,.0f} events/s")
            print(f"ratio to simpy, per event {max(events) / simpy_events[0]:.1f}")


if __name__ == "__main__":
    main()
