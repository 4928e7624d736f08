//! Walks through a proof: every node's multipliers are evaluated again, what they decide is decided again, and every
//! branch must end in a contradiction or in a bound above the claim.

use super::remains::{NOBODY, Remains};
use super::table::least;
use crate::placement::costs::Costs;
use crate::placement::descent::proof::{Group, Proof, Then};

/// Checks that no answer with `count` sites costs `proof.none` or less.
pub fn check(costs: &impl Costs, count: usize, proof: &Proof, scale: i64) -> Result<(), String> {
    let first = proof.nodes.first().and_then(|n| n.multipliers.first());
    let Some(v) = first else {
        return Err("the proof holds no multipliers".into());
    };
    if proof.clients.len() != costs.clients() || v.len() != costs.clients() || scale < 1 {
        return Err("the proof is not about these clients".into());
    }
    let bound = bound(costs, count, v, scale);
    let room = i128::from(proof.none) * i128::from(scale) - bound;
    if room < 0 {
        return Ok(());
    }
    let limit = |j: usize| i64::try_from((i128::from(v[j]) + room).div_euclid(i128::from(scale))).unwrap_or(i64::MAX);
    let mut remains = Remains::whole(costs, count, limit);
    // A client whose list is empty now has no answer within the claim.
    if !remains.decide(&[], &[]) {
        return Ok(());
    }
    node(remains, proof, 0, scale)
}

/// The bound of multipliers on the whole problem, times the scale. Entries beyond the multipliers do not matter to it.
fn bound(costs: &impl Costs, count: usize, v: &[i64], scale: i64) -> i128 {
    let short = Remains::whole(costs, count, |j| v[j].div_euclid(scale) + 1);
    short.finding(|j| v[j as usize], scale).bound
}

/// The bound of the first multipliers alone, rounded up to a whole cost.
pub fn first(costs: &impl Costs, count: usize, proof: &Proof, scale: i64) -> Option<i64> {
    let v = proof.nodes.first()?.multipliers.first().filter(|v| v.len() == costs.clients() && scale > 0)?;
    let whole = -(-bound(costs, count, v, scale)).div_euclid(i128::from(scale));
    i64::try_from(whole).ok()
}

/// Multipliers of a proof by client; those of clients that it does not know must not be asked for.
fn by_client<'a>(clients: &'a [u32], v: &'a [i64]) -> impl Fn(u32) -> i64 + 'a {
    |client| clients.binary_search(&client).ok().and_then(|at| v.get(at)).copied().unwrap_or(0)
}

fn node(mut remains: Remains, proof: &Proof, at: usize, scale: i64) -> Result<(), String> {
    let node_at = proof.nodes.get(at).ok_or("a node of the proof is missing")?;
    let none = i128::from(proof.none) * i128::from(scale);
    if remains.settled() * i128::from(scale) > none {
        return Ok(());
    }
    // What one list of multipliers decides may sharpen another, so the root, and a node that must end here, looks at them again.
    loop {
        let before = remains.size();
        for v in &node_at.multipliers {
            let v = by_client(&proof.clients, v);
            let finding = remains.finding(&v, scale);
            if finding.bound > none || !remains.reduce(&finding, &v, proof.none, scale) {
                return Ok(());
            }
        }
        if matches!(node_at.then, Then::Split(..) | Then::Parts(..)) || remains.size() == before {
            break;
        }
    }
    if remains.settled() * i128::from(scale) > none {
        return Ok(());
    }
    match &node_at.then {
        Then::Closed => Err(format!("node {at} of the proof is left open at a cost of {}", proof.none)),
        Then::Under(inner) => {
            if inner.none < proof.none {
                return Err("a proof inside claims less than the whole".into());
            }
            node(remains, inner, 0, scale)
        }
        Then::Split(site, no, yes) => {
            if *no <= at || *yes <= at {
                return Err("the proof runs in a circle".into());
            }
            if remains.free.binary_search(site).is_err() {
                let next = if remains.opened.contains(site) { *yes } else { *no };
                return node(remains, proof, next, scale);
            }
            let mut closed = remains.clone();
            if closed.decide(&[*site], &[]) {
                node(closed, proof, *no, scale)?;
            }
            if remains.decide(&[], &[*site]) {
                node(remains, proof, *yes, scale)?;
            }
            Ok(())
        }
        Then::Parts(groups) => parts(&remains, proof.none, groups, scale),
    }
}

/// Adds up what the groups cost at least.
fn parts(remains: &Remains, none: i64, groups: &[Group], scale: i64) -> Result<(), String> {
    let mut tables = Vec::new();
    let mut spare = remains.free.len();
    let mut rows = 0;
    let mut base = remains.settled();
    for group in groups {
        let inside = scope(remains, group)?;
        spare -= inside.free.len();
        rows += inside.rows.len();
        base -= inside.settled();
        tables.push(table(&inside, group, remains, scale)?);
    }
    if rows != remains.rows.len() {
        return Err("a client belongs to no group of the proof, or to two".into());
    }
    match least(&tables, remains.count, spare) {
        Some(total) if (base * i128::from(scale)) + total <= i128::from(none) * i128::from(scale) => {
            Err(format!("the groups of the proof add up to {none} or less"))
        }
        _ => Ok(()),
    }
}

/// A group as a problem of its own.
fn scope(remains: &Remains, group: &Group) -> Result<Remains, String> {
    let has = |list: &[u32], x: u32| list.binary_search(&x).is_ok();
    let rows: Vec<_> = remains.rows.iter().filter(|r| has(&group.clients, r.client)).cloned().collect();
    if rows.iter().flat_map(|r| &r.sites).any(|e| !has(&group.sites, e.0)) {
        return Err("a client of a group is served from outside".into());
    }
    Ok(Remains {
        free: remains.free.iter().copied().filter(|&i| has(&group.sites, i)).collect(),
        opened: remains.opened.iter().copied().filter(|&i| has(&group.sites, i)).collect(),
        rows,
        paid: remains.paid.iter().copied().filter(|p| has(&group.clients, p.0)).collect(),
        base: 0,
        count: 0,
    })
}

/// Lower bounds of a group by the number of its sites that are still to be opened, times the scale.
fn table(inside: &Remains, group: &Group, remains: &Remains, scale: i64) -> Result<Vec<Option<i128>>, String> {
    let whole = |x: i128| -(-x).div_euclid(i128::from(scale)) * i128::from(scale);
    let finding = inside.finding(by_client(&group.clients, &group.multipliers), scale);
    let mut reduced = finding.reduced;
    reduced.sort_unstable();
    let alone = inside.rows.iter().all(|r| r.cap != NOBODY);
    let caps: i128 = inside.rows.iter().filter(|r| r.cap != NOBODY).map(|r| i128::from(r.cap)).sum();
    let mut table = vec![alone.then(|| (inside.settled() + caps) * i128::from(scale))];
    let mut total = finding.bound;
    for r in reduced {
        total += r;
        table.push(Some(whole(total)));
    }
    let opened = remains.opened.iter().filter(|i| group.sites.binary_search(i).is_ok()).count();
    for (k, proof) in &group.claims {
        let Some(count) = k.checked_sub(opened).filter(|&c| c < table.len()) else { continue };
        if count == 0 {
            continue;
        }
        let mut scoped = inside.clone();
        scoped.count = count;
        if scoped.decide(&[], &[]) {
            node(scoped, proof, 0, scale)?;
        }
        let claim = (i128::from(proof.none) + 1) * i128::from(scale);
        table[count] = table[count].map(|low| low.max(claim));
    }
    Ok(table)
}
