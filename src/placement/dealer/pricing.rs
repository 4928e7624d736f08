//! What a given network sells and earns: every buyer goes to a store with room, in proportion to its pull.

use super::Problem;
use crate::units::Money;
use std::collections::VecDeque;

/// A network with its sales and money.
pub(super) struct Priced {
    /// `(store, zone, cars a year)`, ascending.
    pub service: Vec<(usize, usize, f64)>,
    /// Cars a year per store.
    pub sales: Vec<f64>,
    /// Contribution less yearly cost, one-off money spread in.
    pub profit: Money,
    /// One-off money.
    pub one_off: Money,
}

struct Edge {
    store: usize,
    zone: usize,
    limit: f64,
    pull: f64,
    flow: f64,
}

/// Prices a choice of options and moves.
pub(super) fn price(problem: &Problem, open: &[Option<usize>], moves: &[usize]) -> Priced {
    let edges = flows(problem, open);
    let mut sales = vec![0.0; problem.stores.len()];
    let mut service = Vec::with_capacity(edges.len());
    for e in edges.into_iter().filter(|e| e.flow > 1e-9) {
        sales[e.store] += e.flow;
        service.push((e.store, e.zone, e.flow));
    }
    service.sort_by_key(|s| (s.0, s.1));
    let one_off = one_off_money(problem, open, moves);
    let sold: f64 = sales.iter().sum();
    let fixed: Money = problem.stores.iter().zip(open).filter_map(|(s, o)| o.map(|k| s.options[k].yearly_cost)).sum();
    let profit = problem.margin * sold - fixed - one_off * (1.0 / problem.years);
    Priced { service, sales, profit, one_off }
}

/// Openings, conversions and closings; a move replaces its closing and its opening.
fn one_off_money(problem: &Problem, open: &[Option<usize>], moves: &[usize]) -> Money {
    let mut sum = Money::ZERO;
    for (store, option) in problem.stores.iter().zip(open) {
        sum += match (store.today, option) {
            (Some(_), None) => store.closing_cost,
            (_, Some(k)) => store.options[*k].one_off,
            (None, None) => Money::ZERO,
        };
    }
    for &k in moves {
        let m = problem.moves[k];
        sum += m.cost - problem.stores[m.from].closing_cost - problem.stores[m.to].options[0].one_off;
    }
    sum
}

/// Largest flow from zones to stores, starting from the proportional split.
fn flows(problem: &Problem, open: &[Option<usize>]) -> Vec<Edge> {
    let attraction = problem.attraction(open);
    let mut edges = Vec::new();
    let mut of_zone: Vec<Vec<usize>> = vec![Vec::new(); problem.zones.len()];
    let mut of_store: Vec<Vec<usize>> = vec![Vec::new(); problem.stores.len()];
    let mut room = vec![0.0; problem.stores.len()];
    for (i, (store, option)) in problem.stores.iter().zip(open).enumerate() {
        let Some(k) = *option else { continue };
        room[i] = store.options[k].capacity;
        for p in store.pulls.iter().filter(|p| p.by_option[k] > 0.0) {
            of_zone[p.zone].push(edges.len());
            of_store[i].push(edges.len());
            let pull = p.by_option[k];
            edges.push(Edge { store: i, zone: p.zone, limit: problem.captured(p.zone, pull), pull, flow: 0.0 });
        }
    }
    let mut left: Vec<f64> = (0..problem.zones.len()).map(|j| problem.captured(j, attraction[j])).collect();
    for (j, buyers) in left.iter_mut().enumerate() {
        let total = attraction[j];
        let wanted = *buyers;
        for &e in &of_zone[j] {
            edges[e].flow = wanted * edges[e].pull / total;
            *buyers -= edges[e].flow;
        }
        *buyers = buyers.max(0.0);
    }
    turn_away(&mut edges, &of_store, &mut room, &mut left);
    augment(&mut edges, &of_zone, &of_store, &mut room, &mut left);
    edges
}

/// A store that is asked for more than it has turns everybody away in the same proportion.
fn turn_away(edges: &mut [Edge], of_store: &[Vec<usize>], room: &mut [f64], left: &mut [f64]) {
    for (i, list) in of_store.iter().enumerate() {
        let asked: f64 = list.iter().map(|&e| edges[e].flow).sum();
        let keep = if asked > room[i] { room[i] / asked } else { 1.0 };
        for &e in list {
            left[edges[e].zone] += edges[e].flow * (1.0 - keep);
            edges[e].flow *= keep;
        }
        room[i] = (room[i] - asked * keep).max(0.0);
    }
}

const DUST: f64 = 1e-7;

/// Buyers turned away go on to stores with room, along shortest augmenting paths (Edmonds and Karp 1972).
fn augment(edges: &mut [Edge], of_zone: &[Vec<usize>], of_store: &[Vec<usize>], room: &mut [f64], left: &mut [f64]) {
    for start in 0..left.len() {
        while left[start] > DUST {
            let Some((path, amount)) = path(start, left[start], edges, of_zone, of_store, room) else { break };
            for (step, &e) in path.iter().enumerate() {
                edges[e].flow += if step % 2 == 0 { amount } else { -amount };
            }
            left[start] -= amount;
            room[edges[path[path.len() - 1]].store] -= amount;
        }
    }
}

/// Edges from a zone to a store with room: forward with spare limit, backward with flow, alternately.
fn path(
    start: usize,
    buyers: f64,
    edges: &[Edge],
    of_zone: &[Vec<usize>],
    of_store: &[Vec<usize>],
    room: &[f64],
) -> Option<(Vec<usize>, f64)> {
    let mut into_store: Vec<Option<usize>> = vec![None; room.len()];
    let mut into_zone: Vec<Option<usize>> = vec![None; of_zone.len()];
    let mut queue = VecDeque::from([start]);
    let mut seen = vec![false; of_zone.len()];
    seen[start] = true;
    while let Some(zone) = queue.pop_front() {
        for &e in &of_zone[zone] {
            let store = edges[e].store;
            if into_store[store].is_some() || edges[e].limit - edges[e].flow <= DUST {
                continue;
            }
            into_store[store] = Some(e);
            if room[store] > DUST {
                return Some(trace(store, start, buyers, edges, &into_store, &into_zone, room));
            }
            for &back in &of_store[store] {
                let next = edges[back].zone;
                if !seen[next] && edges[back].flow > DUST {
                    seen[next] = true;
                    into_zone[next] = Some(back);
                    queue.push_back(next);
                }
            }
        }
    }
    None
}

fn trace(
    end: usize,
    start: usize,
    buyers: f64,
    edges: &[Edge],
    into_store: &[Option<usize>],
    into_zone: &[Option<usize>],
    room: &[f64],
) -> (Vec<usize>, f64) {
    let mut amount = buyers.min(room[end]);
    let mut path = Vec::new();
    let mut store = end;
    loop {
        let forward = into_store[store].expect("a store on the path was entered");
        amount = amount.min(edges[forward].limit - edges[forward].flow);
        path.push(forward);
        if edges[forward].zone == start {
            break;
        }
        let back = into_zone[edges[forward].zone].expect("a zone on the path was entered");
        amount = amount.min(edges[back].flow);
        path.push(back);
        store = edges[back].store;
    }
    path.reverse();
    (path, amount)
}
