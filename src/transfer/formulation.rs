//! The moves of one week as a circulation: hub → giver → cell (one arc a car, cost `loss_k`) → cell of the taker
//! (cost of the road) → taker (one arc a car, cost `-gain_k`) → hub. All costs are whole hundredths, all capacities
//! whole cars, so an optimal vertex and its potentials are whole.

use super::problem::{Problem, hundredths};

/// A directed arc of the circulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowArc {
    /// Tail node.
    pub from: usize,
    /// Head node.
    pub to: usize,
    /// Most cars.
    pub capacity: i64,
    /// Cost of a car, hundredths.
    pub cost: i64,
}

/// A car road between two cells: position in [`Network::arcs`] with its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Road {
    pub(super) arc: usize,
    pub(super) lane: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The circulation and where its parts came from. Node 0 is the hub.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// Number of nodes.
    pub nodes: usize,
    /// Arcs; find a flow that meets capacities, balances every node and costs least.
    pub arcs: Vec<FlowArc>,
    pub(super) roads: Vec<Road>,
    pub(super) giver: Vec<Option<usize>>,
    pub(super) taker: Vec<Option<usize>>,
    pub(super) cell_out: Vec<Option<usize>>,
    pub(super) cell_in: Vec<Option<usize>>,
}

impl Network {
    fn node(&mut self) -> usize {
        self.nodes += 1;
        self.nodes - 1
    }
    fn arc(&mut self, from: usize, to: usize, capacity: i64, cost: i64) -> usize {
        self.arcs.push(FlowArc { from, to, capacity, cost });
        self.arcs.len() - 1
    }
}

/// Builds the circulation; roads on which not even the best pair of cars pays are left out.
pub(super) fn network(problem: &Problem) -> Network {
    let data = problem.data();
    let (dealers, cells) = (data.dealers.len(), data.cells.len());
    let mut net = Network {
        nodes: 1,
        giver: vec![None; dealers],
        taker: vec![None; dealers],
        cell_out: vec![None; cells],
        cell_in: vec![None; cells],
        ..Network::default()
    };
    let mut by_dealer = vec![Vec::new(); dealers];
    for (c, cell) in data.cells.iter().enumerate() {
        by_dealer[cell.dealer].push((cell.model, c));
    }
    by_dealer.iter_mut().for_each(|v| v.sort_unstable());
    for (lane, arc) in data.arcs.iter().enumerate() {
        if !data.dealers[arc.from].gives || !data.dealers[arc.to].takes {
            continue;
        }
        for &(model, from) in &by_dealer[arc.from] {
            let Ok(at) = by_dealer[arc.to].binary_search_by_key(&model, |x| x.0) else { continue };
            let to = by_dealer[arc.to][at].1;
            add_road(problem, &mut net, lane, from, to);
        }
    }
    net
}

/// Cost of a road for a car of a model, hundredths: the move and the days it takes.
fn road_cost(problem: &Problem, lane: usize, model: usize) -> i64 {
    let data = problem.data();
    let arc = &data.arcs[lane];
    hundredths(arc.cost + data.lateness[model] * arc.lead_days)
}

fn add_road(problem: &Problem, net: &mut Network, lane: usize, from: usize, to: usize) {
    let data = problem.data();
    let gives = problem.old_enough(from).min(data.cells[from].loss.len());
    let (Some(&gain), true) = (data.cells[to].gain.first(), gives > 0) else { return };
    let cost = road_cost(problem, lane, data.cells[from].model);
    let best = hundredths(gain) - hundredths(data.cells[from].loss[0]) - cost - problem.least_profit();
    if best <= 0 {
        return;
    }
    let (tail, head) = (give_node(problem, net, from, gives), take_node(problem, net, to));
    // A capacity that can never bind: all value of a road lies in the values of its ends.
    let free = problem.all_cars() + 1;
    let arc = net.arc(tail, head, free, cost + problem.least_profit());
    net.roads.push(Road { arc, lane, from, to });
}

/// The node where a cell's leaving cars gather; made at first use together with its dealer's weekly share.
fn give_node(problem: &Problem, net: &mut Network, cell: usize, gives: usize) -> usize {
    if let Some(node) = net.cell_out[cell] {
        return node;
    }
    let data = problem.data();
    let dealer = data.cells[cell].dealer;
    let giver = net.giver[dealer].unwrap_or_else(|| {
        let node = net.node();
        net.arc(0, node, problem.weekly_share(dealer), 0);
        node
    });
    net.giver[dealer] = Some(giver);
    let node = net.node();
    for &loss in &data.cells[cell].loss[..gives] {
        net.arc(giver, node, 1, hundredths(loss));
    }
    net.cell_out[cell] = Some(node);
    node
}

/// The node where a cell's arriving cars gather; made at first use together with its dealer's free places.
fn take_node(problem: &Problem, net: &mut Network, cell: usize) -> usize {
    if let Some(node) = net.cell_in[cell] {
        return node;
    }
    let data = problem.data();
    let dealer = data.cells[cell].dealer;
    let taker = net.taker[dealer].unwrap_or_else(|| {
        let node = net.node();
        let room = data.dealers[dealer].room.map_or(problem.all_cars() + 1, i64::from);
        net.arc(node, 0, room, 0);
        node
    });
    net.taker[dealer] = Some(taker);
    let node = net.node();
    for &gain in &data.cells[cell].gain {
        net.arc(node, taker, 1, -hundredths(gain));
    }
    net.cell_in[cell] = Some(node);
    node
}
