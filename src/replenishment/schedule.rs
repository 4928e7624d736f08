//! The best whole-car schedule of one cell under given prices, exactly.
//!
//! A dealer sells while a car stands in the yard, so within a stretch without stock-out all costs depend on the
//! cumulated arrivals alone: with `A` cars arrived and `D` demanded since the stretch began the stock is `A - D`, and
//! a rise of the holding cost at age `g` is paid `g` weeks later on `(A - D_later)⁺` (oldest first). A stock-out ends
//! the stretch and leaves nothing behind. The states are therefore (start of the stretch, week, packs ordered since);
//! there are at most T²/2 · levels of them, and each is visited once.

use super::view::View;

const NONE: f64 = f64::INFINITY;
const EPS: f64 = 1e-9;

/// What ordering for one week of arrival costs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Price {
    /// Nothing can arrive.
    Closed,
    /// Money per car, any number of packs.
    Linear(f64),
    /// Money for 0, 1, 2 … packs; longer orders do not exist.
    Table(Vec<f64>),
}

/// Prices and limits of one computation.
#[derive(Clone, Debug, Default)]
pub(super) struct Tariff {
    /// By week of arrival.
    pub(super) orders: Vec<Price>,
    /// Money per car in stock at the end of each week, above the holding cost; empty for none.
    pub(super) stock: Vec<f64>,
    /// Most cars in stock at the end of each week; empty for no limit.
    pub(super) most: Vec<f64>,
    /// Money per lost sale above the model's own.
    pub(super) lost: f64,
}

/// Working memory that survives from cell to cell.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    value: Vec<f64>,
    next: Vec<f64>,
    choice: Vec<u16>,
    empty: Vec<(f64, usize, usize)>,
}

/// Packs that arrive in each week and what that costs, sunk ageing included.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Schedule {
    pub(super) packs: Vec<u16>,
    pub(super) cost: f64,
}

/// Cost of a stretch's state at the end of `week`, `stock` cars left (positive), `above` cars arrived minus `start`.
fn holding(view: &View, tariff: &Tariff, start: usize, week: usize, arrived: f64) -> f64 {
    let before = &view.demand_before;
    let mut cost = 0.0;
    for &(g, rise) in &view.rises {
        if week + g >= view.weeks() {
            break;
        }
        let left = arrived - (before[week + g + 1] - before[start]);
        if left <= 0.0 {
            break;
        }
        cost += rise * left;
    }
    let stock = arrived - (before[week + 1] - before[start]);
    cost += tariff.stock.get(week).map_or(0.0, |p| p * stock);
    cost + shortfalls(view, week, stock)
}

/// Safety stock and end target missed by a stock.
fn shortfalls(view: &View, week: usize, stock: f64) -> f64 {
    let safety = view.safety_penalty * (view.safety[week] - stock).max(0.0);
    let last = week + 1 == view.weeks();
    safety + if last { view.end_penalty * (view.end_target - stock).max(0.0) } else { 0.0 }
}

/// Packs that are worth considering in a stretch that starts in a week: beyond the largest need there is only cost.
fn levels(view: &View, start: usize) -> usize {
    let top = view.safety[start..].iter().fold(view.end_target, |most, s| most.max(*s));
    let mut arrived = if start == 0 { view.initial } else { 0.0 };
    let mut most = 0.0_f64;
    for week in start..view.weeks() {
        arrived += view.standing[week];
        most = most.max(view.demand_before[week + 1] - view.demand_before[start] + top - arrived);
    }
    (most / view.pack).ceil() as usize + view.least + view.spare
}

/// Packs worth considering in any stretch.
pub(super) fn widest(view: &View) -> usize {
    (0..view.weeks()).map(|s| levels(view, s)).max().unwrap_or(0)
}

/// The cheapest schedule.
pub(super) fn best(view: &View, tariff: &Tariff, scratch: &mut Scratch) -> Schedule {
    let weeks = view.weeks();
    let width = widest(view) + 1;
    scratch.choice.clear();
    scratch.choice.resize(weeks * weeks * width, 0);
    scratch.empty.clear();
    scratch.empty.resize(weeks + 1, (NONE, 0, 0));
    scratch.empty[0].0 = view.sunk();
    let mut end = (NONE, 0, 0);
    for start in 0..weeks {
        if scratch.empty[start].0 < NONE {
            stretch(view, tariff, scratch, start, width, &mut end);
        }
    }
    if scratch.empty[weeks].0 < end.0 {
        end = (scratch.empty[weeks].0, weeks, 0);
    }
    trace(view, scratch, end, width)
}

/// Runs one stretch forward; records where it empties and how it ends.
fn stretch(
    view: &View,
    tariff: &Tariff,
    scratch: &mut Scratch,
    start: usize,
    width: usize,
    end: &mut (f64, usize, usize),
) {
    let weeks = view.weeks();
    let count = levels(view, start) + 1;
    scratch.value.clear();
    scratch.value.resize(count, NONE);
    scratch.value[0] = scratch.empty[start].0;
    let mut standing = if start == 0 { view.initial } else { 0.0 };
    for week in start..weeks {
        standing += view.standing[week];
        let at = (start * weeks + week) * width;
        let choice = &mut scratch.choice[at..at + count];
        order(view, &tariff.orders[week], week, &scratch.value, &mut scratch.next, choice);
        std::mem::swap(&mut scratch.value, &mut scratch.next);
        let demanded = view.demand_before[week + 1] - view.demand_before[start];
        let most = tariff.most.get(week).copied().unwrap_or(NONE);
        let mut alive = false;
        for packs in 0..count {
            let value = scratch.value[packs];
            if value == NONE {
                continue;
            }
            let arrived = standing + packs as f64 * view.pack;
            let stock = arrived - demanded;
            if stock <= EPS {
                let cost = value - (view.lost + tariff.lost) * stock.min(0.0) + shortfalls(view, week, 0.0);
                if cost < scratch.empty[week + 1].0 {
                    scratch.empty[week + 1] = (cost, start, packs);
                }
                scratch.value[packs] = NONE;
            } else if stock > most + EPS {
                scratch.value[packs] = NONE;
            } else {
                scratch.value[packs] = value + holding(view, tariff, start, week, arrived);
                alive = true;
            }
        }
        if !alive {
            return;
        }
    }
    for packs in 0..count {
        if scratch.value[packs] < end.0 {
            *end = (scratch.value[packs], start, packs);
        }
    }
}

/// One week's orders: `next[k] = min_j value[k - j] + cost(j)`.
fn order(view: &View, price: &Price, week: usize, value: &[f64], next: &mut Vec<f64>, choice: &mut [u16]) {
    let count = value.len();
    next.clear();
    match price {
        Price::Linear(money) if !view.has_extra(week) => {
            let step = money * view.pack;
            let (mut lowest, mut from) = (NONE, 0);
            for k in 0..count {
                if k >= view.least {
                    let candidate = value[k - view.least] - step * (k - view.least) as f64;
                    if candidate < lowest {
                        (lowest, from) = (candidate, k - view.least);
                    }
                }
                let ordered = lowest + step * k as f64;
                let take = ordered < value[k];
                next.push(if take { ordered } else { value[k] });
                choice[k] = if take { (k - from) as u16 } else { 0 };
            }
        }
        Price::Closed => {
            let extra = view.extra(week, 0);
            next.extend(value.iter().map(|v| v + extra));
            choice.fill(0);
        }
        Price::Linear(_) | Price::Table(_) => {
            let cost = |j: usize| match price {
                _ if j > 0 && j < view.least => NONE,
                Price::Linear(money) => money * view.pack * j as f64 + view.extra(week, j),
                Price::Table(t) => t.get(j).map_or(NONE, |c| c + view.extra(week, j)),
                Price::Closed => NONE,
            };
            let costs: Vec<f64> = (0..count).map(cost).collect();
            let longest = costs.iter().rposition(|&c| c < NONE).unwrap_or(0);
            for k in 0..count {
                let (mut lowest, mut by) = (NONE, 0);
                for j in 0..=k.min(longest) {
                    let candidate = value[k - j] + costs[j];
                    if candidate < lowest {
                        (lowest, by) = (candidate, j);
                    }
                }
                next.push(lowest);
                choice[k] = by as u16;
            }
        }
    }
}

/// Follows the choices back.
fn trace(view: &View, scratch: &Scratch, end: (f64, usize, usize), width: usize) -> Schedule {
    let weeks = view.weeks();
    let mut packs = vec![0; weeks];
    let (cost, mut start, mut level) = end;
    let mut week = weeks;
    if cost == NONE {
        return Schedule { packs, cost };
    }
    loop {
        if start == week {
            // An empty yard at the beginning of this week: the stretch that ended there.
            if start == 0 {
                break;
            }
            (_, start, level) = scratch.empty[week];
            continue;
        }
        week -= 1;
        let chosen = scratch.choice[(start * weeks + week) * width + level];
        packs[week] = chosen;
        level -= chosen as usize;
    }
    Schedule { packs, cost }
}

/// The cost of a given schedule under a tariff (`None` when it breaks a limit): the same accounts, forwards.
pub(super) fn price_of(view: &View, tariff: &Tariff, packs: &[u16]) -> Option<f64> {
    let (mut start, mut cost) = (0, view.sunk());
    let mut arrived = view.initial;
    for week in 0..view.weeks() {
        let j = packs[week] as usize;
        arrived += view.standing[week] + j as f64 * view.pack;
        cost += match &tariff.orders[week] {
            Price::Closed if j > 0 => return None,
            Price::Closed => 0.0,
            Price::Linear(money) => money * view.pack * j as f64,
            Price::Table(t) => *t.get(j)?,
        } + view.extra(week, j);
        let stock = arrived - (view.demand_before[week + 1] - view.demand_before[start]);
        if stock <= EPS {
            cost += shortfalls(view, week, 0.0) - (view.lost + tariff.lost) * stock.min(0.0);
            (start, arrived) = (week + 1, 0.0);
        } else if stock > tariff.most.get(week).copied().unwrap_or(NONE) + EPS {
            return None;
        } else {
            cost += holding(view, tariff, start, week, arrived);
        }
    }
    Some(cost)
}
