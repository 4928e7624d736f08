"""The problems of benches/policy.rs with stockpyl: CPU seconds on one thread and the ratios.

Usage: cargo bench --bench policy > target/policy.txt
       python3 -m venv target/peers-policy && target/peers-policy/bin/pip install stockpyl==1.0.2 'numpy<2'
       target/peers-policy/bin/python benches/peers/policy.py target/policy.txt
stockpyl 1.0.2 breaks with NumPy 2. One (s, S) and one (r, Q) problem of each are timed and scaled to 25 and 20.
"""
import sys
import time

from stockpyl.rq import r_q_poisson_exact
from stockpyl.ss import s_s_discrete_exact
from stockpyl.ssm_serial import optimize_base_stock_levels
from stockpyl.supply_chain_network import serial_system

ours = {}
for line in open(sys.argv[1]):
    if " CPU s" in line:
        name, rest = line[:44].strip(), line[44:]
        ours[name] = float(rest.split()[0])


def timed(work):
    start = time.process_time()
    answer = work()
    return time.process_time() - start, answer


def show(name, peer, note):
    own = ours[name]
    print(f"{name:<44}stockpyl {peer:9.3f}  forecourt {own:8.4f}  ratio {peer / max(own, 1e-6):9.0f}  {note}")


ss, answer = timed(lambda: [s_s_discrete_exact(1, 9, 64, True, m) for m in (10, 22, 64, 75)])
rq, other = timed(lambda: [r_q_poisson_exact(10, 25, k, 50, 1) for k in (1, 25)])
show("25 (s, S) and 20 (r, Q), Poisson", 25 * ss / 4 + 20 * rq / 2, f"scaled; (s, S) {ss / 4:.2f} s, (r, Q) {rq / 2:.2f} s each")

network = serial_system(
    3, node_order_in_system=[3, 2, 1], node_order_in_lists=[1, 2, 3], local_holding_cost=[7, 4, 2],
    shipment_lead_time=[1, 1, 2], stockout_cost=[37.12, 0, 0], demand_type="N", mean=5, standard_deviation=1,
)
try:
    serial, (levels, cost) = timed(lambda: optimize_base_stock_levels(network=network, S=None, x=None, x_num=1000, d_num=100))
    show("serial system of three stages, normal", serial, f"cost {cost:.4f}")
except Exception as fault:  # the package's own faults are part of the picture
    print(f"serial system: stockpyl failed: {fault!r}")
