//! Upper bounds: promises made feasible and improved one at a time.

use super::Chain;

/// Takes promises as the best known if, repaired and improved, they cost less.
pub fn offer(chain: &Chain, mut outgoing: Vec<f64>, best: &mut (f64, Vec<f64>)) {
    repair(chain, &mut outgoing);
    let mut cost = chain.cost(&outgoing);
    if cost > best.0 * 1.03 {
        return;
    }
    loop {
        let before = cost;
        for i in 0..outgoing.len() {
            cost = improve(chain, &mut outgoing, i, cost);
        }
        if cost >= before - 1e-12 * before.abs() {
            break;
        }
    }
    if cost < best.0 {
        *best = (cost, outgoing);
    }
}

/// Cuts promises that are longer than net times allow.
fn repair(chain: &Chain, outgoing: &mut [f64]) {
    for &i in chain.order() {
        let stage = &chain.stages()[i];
        let incoming = chain.suppliers(i).iter().fold(stage.inbound, |m, &k| m.max(outgoing[k]));
        outgoing[i] = outgoing[i].clamp(0.0, (incoming + stage.lead).min(stage.max_service));
    }
}

/// Tries the promises of one stage at which something changes: none, all, and those of its customers' other suppliers.
fn improve(chain: &Chain, outgoing: &mut [f64], i: usize, cost: f64) -> f64 {
    let stage = &chain.stages()[i];
    let incoming = |outgoing: &[f64], j: usize| {
        chain.suppliers(j).iter().fold(chain.stages()[j].inbound, |m, &k| m.max(outgoing[k]))
    };
    let most = (incoming(outgoing, i) + stage.lead).min(stage.max_service);
    let mut trials = vec![0.0, most];
    for &j in chain.customers(i) {
        trials.push((outgoing[j] - chain.stages()[j].lead).clamp(0.0, most));
        trials.extend(chain.suppliers(j).iter().filter(|&&k| k != i).map(|&k| outgoing[k].min(most)));
    }
    // Only the stage and its customers see the change.
    let local = |outgoing: &[f64]| {
        let one = |j: usize| {
            let s = &chain.stages()[j];
            let net = incoming(outgoing, j) + s.lead - outgoing[j];
            if net < -1e-9 { f64::INFINITY } else { s.holding * s.spread * net.max(0.0).sqrt() }
        };
        one(i) + chain.customers(i).iter().map(|&j| one(j)).sum::<f64>()
    };
    let (mut kept, old) = (outgoing[i], local(outgoing));
    let mut least = old;
    for trial in trials {
        outgoing[i] = trial;
        let value = local(outgoing);
        if value < least - 1e-12 * cost.abs() {
            (least, kept) = (value, trial);
        }
    }
    outgoing[i] = kept;
    cost + least - old
}
