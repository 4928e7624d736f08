//! The two cheapest places of a request in a route.

use super::ground::Ground;
use super::route::Route;

/// No place.
pub(super) const IMPOSSIBLE: i32 = i32::MAX;

/// A place: the first node goes behind position `first`, the last behind position `last` (positions before insertion).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub first: u16,
    pub last: u16,
}

/// The cheapest two places with the distance each adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pick {
    pub best: i32,
    pub second: i32,
    pub at: Place,
    pub then: Place,
}

impl Pick {
    pub(super) const NOTHING: Self = Self {
        best: IMPOSSIBLE,
        second: IMPOSSIBLE,
        at: Place { first: 0, last: 0 },
        then: Place { first: 0, last: 0 },
    };

    #[inline]
    fn offer(&mut self, cost: i32, first: usize, last: usize) {
        if cost < self.second {
            let place = Place { first: first as u16, last: last as u16 };
            if cost < self.best {
                self.second = self.best;
                self.then = self.at;
                self.best = cost;
                self.at = place;
            } else {
                self.second = cost;
                self.then = place;
            }
        }
    }
}

/// Looks through a route, whatever the judge says; the caller has checked the capacity of deliveries from the depot.
pub(super) fn scan(ground: &Ground, route: &Route, request: usize) -> Pick {
    look::<false>(ground, route, request)
}

/// The same among the places that the judge admits.
pub(super) fn admitted(ground: &Ground, route: &Route, request: usize) -> Pick {
    look::<true>(ground, route, request)
}

fn look<const JUDGED: bool>(ground: &Ground, route: &Route, request: usize) -> Pick {
    if ground.paired {
        pair::<JUDGED>(ground, route, request)
    } else if ground.timed {
        timed::<JUDGED>(ground, route, ground.first[request] as usize)
    } else {
        plain::<JUDGED>(ground, route, ground.first[request] as usize)
    }
}

/// Offers a place if the tour stays admitted with it.
#[inline]
fn offer<const JUDGED: bool>(
    ground: &Ground,
    route: &Route,
    pick: &mut Pick,
    cost: i32,
    node: usize,
    (first, last): (usize, usize),
) {
    if cost < pick.second
        && (!JUDGED || ground.admits(route.kind, &route.nodes, ground.request[node] as usize, first, last))
    {
        pick.offer(cost, first, last);
    }
}

fn plain<const JUDGED: bool>(ground: &Ground, route: &Route, node: usize) -> Pick {
    let (into, from) = (ground.matrix.column(node), ground.matrix.row(node));
    let mut pick = Pick::NOTHING;
    let mut before = into[route.nodes[0] as usize];
    for (i, (&next, &leg)) in route.nodes[1..].iter().zip(&route.leg).enumerate() {
        offer::<JUDGED>(ground, route, &mut pick, before + from[next as usize] - leg, node, (i, i));
        before = into[next as usize];
    }
    pick
}

fn timed<const JUDGED: bool>(ground: &Ground, route: &Route, node: usize) -> Pick {
    let (into, from) = (ground.matrix.column(node), ground.matrix.row(node));
    let (time_into, time_from) = (ground.matrix.time_column(node), ground.matrix.time_row(node));
    let (ready, due, service) = (ground.ready[node], ground.due[node], ground.service[node]);
    let mut pick = Pick::NOTHING;
    let places = route.nodes.windows(2).zip(&route.leg).zip(route.depart.iter().zip(&route.late[1..]));
    for (i, ((pair, &leg), (&depart, &late))) in places.enumerate() {
        if depart > due {
            break;
        }
        if late < ready + service {
            continue;
        }
        let (p, s) = (pair[0] as usize, pair[1] as usize);
        let cost = into[p] + from[s] - leg;
        if cost >= pick.second {
            continue;
        }
        let start = (depart + i64::from(time_into[p])).max(ready);
        if start <= due && start + service + i64::from(time_from[s]) <= late {
            offer::<JUDGED>(ground, route, &mut pick, cost, node, (i, i));
        }
    }
    pick
}

/// Both nodes of a request: for every place of the first, the route is driven on until its last no longer fits.
fn pair<const JUDGED: bool>(ground: &Ground, route: &Route, request: usize) -> Pick {
    let (a, b) = (ground.first[request] as usize, ground.last[request] as usize);
    let (size, room) = (ground.size[request], ground.fleet[route.kind as usize].capacity.get() as i32);
    let matrix = ground.matrix;
    let (into_a, from_a) = (matrix.column(a), matrix.row(a));
    let (into_b, from_b) = (matrix.column(b), matrix.row(b));
    let (time_into_a, time_from_a) = (matrix.time_column(a), matrix.time_row(a));
    let (time_into_b, time_from_b) = (matrix.time_column(b), matrix.time_row(b));
    let (timed, nodes) = (ground.timed, &route.nodes[..]);
    let mut pick = Pick::NOTHING;
    for i in 0..nodes.len() - 1 {
        if timed && route.depart[i] > ground.due[a] {
            break;
        }
        if route.aboard[i] + size > room {
            continue;
        }
        let (p, s) = (nodes[i] as usize, nodes[i + 1] as usize);
        let mut clock = 0;
        if timed {
            let start = (route.depart[i] + i64::from(time_into_a[p])).max(ground.ready[a]);
            if start > ground.due[a] {
                continue;
            }
            clock = start + ground.service[a];
            let start = (clock + i64::from(time_from_a[b])).max(ground.ready[b]);
            let after = start + ground.service[b] + i64::from(time_from_b[s]);
            if start <= ground.due[b] && after <= route.late[i + 1] {
                let cost = into_a[p] + from_a[b] + from_b[s] - route.leg[i];
                offer::<JUDGED>(ground, route, &mut pick, cost, a, (i, i));
            }
        } else {
            let cost = into_a[p] + from_a[b] + from_b[s] - route.leg[i];
            offer::<JUDGED>(ground, route, &mut pick, cost, a, (i, i));
        }
        let detour = into_a[p] + from_a[s] - route.leg[i];
        if detour >= pick.second {
            continue;
        }
        let mut arrival = clock + i64::from(time_from_a[s]);
        let mut stacked = 0;
        for j in i + 1..nodes.len() - 1 {
            let (here, next) = (nodes[j] as usize, nodes[j + 1] as usize);
            if route.aboard[j] + size > room {
                break;
            }
            // Last on, first off: whatever was aboard before stays under ours, whatever comes later leaves before.
            stacked += if ground.first[ground.request[here] as usize] == here as u32 { 1 } else { -1 };
            if ground.lifo && stacked < 0 {
                break;
            }
            let buried = ground.lifo && stacked > 0;
            let cost = detour + into_b[here] + from_b[next] - route.leg[j];
            if !timed {
                if !buried {
                    offer::<JUDGED>(ground, route, &mut pick, cost, a, (i, j));
                }
                continue;
            }
            if arrival > route.late[j] {
                break;
            }
            let depart = arrival.max(ground.ready[here]) + ground.service[here];
            if depart > ground.due[b] {
                break;
            }
            if cost < pick.second && !buried {
                let start = (depart + i64::from(time_into_b[here])).max(ground.ready[b]);
                let after = start + ground.service[b] + i64::from(time_from_b[next]);
                if start <= ground.due[b] && after <= route.late[j + 1] {
                    offer::<JUDGED>(ground, route, &mut pick, cost, a, (i, j));
                }
            }
            arrival = depart + i64::from(matrix.time_row(here)[next]);
        }
    }
    pick
}
