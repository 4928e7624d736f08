//! What the search remembers against what the data say.

use super::scan::{IMPOSSIBLE, scan};
use super::*;
use crate::routing::tests::random;
use crate::routing::{Problem, Tour, certificate};

/// The two smallest additions to a tour's length over all places of a request, by driving every one of them.
fn by_driving(problem: &Problem, kind: usize, visits: &[usize], request: usize) -> [i32; 2] {
    let wish = problem.data().requests[request];
    let drive = |visits: Vec<usize>| certificate::drive(problem, &Tour { kind, visits }).ok().map(|d| d.0.get());
    let before = drive(visits.to_vec()).expect("the route is feasible");
    let mut found = vec![i64::from(IMPOSSIBLE); 2];
    for i in 0..=visits.len() {
        for j in i..=visits.len() {
            let mut longer = visits.to_vec();
            longer.insert(j, wish.delivery);
            match wish.pickup {
                Some(pickup) => longer.insert(i, pickup),
                None if i < j => continue,
                None => {}
            }
            found.extend(drive(longer).map(|length| length - before));
        }
    }
    found.sort_unstable();
    [found[0] as i32, found[1] as i32]
}

#[test]
fn remembered_places_are_the_cheapest_through_keeping_and_undoing() {
    let mut seen = 0;
    for seed in 0..60 {
        let (paired, timed) = (seed % 2 == 0, seed % 4 < 2);
        let problem = random(seed, 9, paired, timed);
        let ground = Ground::new(&problem);
        let mut search = Search::new(&ground, Tuning::default(), Stream::from_hash(seed));
        for step in 0..40 {
            search.step();
            if step % 3 == 0 {
                search.state.rollback();
            }
            let cost: i64 = search.state.routes.iter().map(|r| r.cost(&ground)).sum();
            assert_eq!(search.state.cost, cost, "seed {seed}, step {step}");
            seen += check(&problem, &ground, &mut search, seed);
        }
    }
    assert!(seen > 10_000, "{seen} places were compared");
}

/// Compares what is remembered about every absent or served request in every other route.
fn check(problem: &Problem, ground: &Ground<'_>, search: &mut Search<'_>, seed: u64) -> usize {
    let mut seen = 0;
    for request in 0..ground.requests() {
        let State { routes, cache, room, route_of, .. } = &mut search.state;
        for slot in 0..routes.len() {
            let load = if paired(problem) { 0 } else { ground.size[request] };
            if route_of[request] == slot as u32 || room[slot] < load {
                continue;
            }
            let visits: Vec<_> = inner(&routes[slot].nodes).iter().map(|&v| v as usize).collect();
            let pick = cache.row(request).get(slot, || scan(ground, &routes[slot], request));
            let expected = by_driving(problem, routes[slot].kind as usize, &visits, request);
            assert_eq!([pick.best, pick.second], expected, "seed {seed}, request {request}, route {visits:?}");
            seen += 1;
        }
    }
    seen
}

fn paired(problem: &Problem) -> bool {
    problem.paired()
}
