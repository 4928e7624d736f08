//! The points side by side: a table of all, which is best and how sure that is, what each axis moves, which points nothing
//! beats on money, service and capital together, and what the worst world costs each decision.

use super::design::Study;
use super::points::{Place, Point};
use super::task::Worked;
use crate::stats::interval::{Interval, none_better, of_floats};
use std::collections::BTreeMap;

/// Points that are ranked in full.
const RANKED: usize = 50;
/// Level of intervals.
const LEVEL: f64 = 0.95;

/// What is kept of every point with a plan.
#[derive(Clone, Debug)]
pub struct Brief {
    /// Its position in the design.
    pub index: usize,
    /// Mean yearly profit of its plan.
    pub profit: f64,
    /// Share served from stock.
    pub fill: f64,
    /// One-off money.
    pub capital: f64,
}

/// Takes the points one by one, in their order.
pub struct Collector<'s> {
    study: &'s Study,
    briefs: Vec<Brief>,
    without_plan: usize,
    /// The most profitable points so far, with their profit run by run.
    best: Vec<(f64, usize, Vec<f64>)>,
    /// Sum and number of plan profits by axis and shown value.
    effects: Vec<BTreeMap<String, (f64, u64)>>,
    /// The worlds, numbered as they came.
    worlds: BTreeMap<Vec<String>, usize>,
    /// Profit by decision: world and profit, as they came.
    choices: BTreeMap<Vec<String>, Vec<(usize, f64)>>,
    /// Whether decisions can meet in one world.
    compares: bool,
}

impl<'s> Collector<'s> {
    /// Nothing yet.
    pub fn new(study: &'s Study) -> Self {
        Self {
            study,
            briefs: Vec::new(),
            without_plan: 0,
            best: Vec::new(),
            effects: vec![BTreeMap::new(); study.axes.len()],
            worlds: BTreeMap::new(),
            choices: BTreeMap::new(),
            compares: study.axes.iter().any(|a| a.decision)
                && study.axes.iter().any(|a| !a.decision)
                // Numbers of a range do not come twice.
                && !study.axes.iter().any(|a| ranges(study, a)),
        }
    }

    /// Adds a point.
    pub fn add(&mut self, point: &Point, worked: &Worked) {
        let plan = |f: &str| worked.figures.get(f).map(|x| x.plan[0]);
        let Some(profit) = plan("profit") else {
            self.without_plan += 1;
            return;
        };
        let capital = worked.placement.get("one_off_cost").copied().unwrap_or(0.0);
        self.briefs.push(Brief { index: point.index, profit, fill: plan("fill_rate").unwrap_or(0.0), capital });
        let place = self.best.partition_point(|b| b.0 >= profit);
        if place < RANKED {
            self.best.insert(place, (profit, point.index, worked.profit.clone()));
            self.best.truncate(RANKED);
        }
        for ((axis, place), seen) in self.study.axes.iter().zip(&point.places).zip(&mut self.effects) {
            let entry = seen.entry(bin(axis, place)).or_insert((0.0, 0));
            (entry.0, entry.1) = (entry.0 + profit, entry.1 + 1);
        }
        if self.compares {
            let (mut decision, mut world) = (Vec::new(), Vec::new());
            for (axis, value) in self.study.shown(point) {
                if axis.decision { decision.push(value) } else { world.push(value) }
            }
            let next = self.worlds.len();
            let world = *self.worlds.entry(world).or_insert(next);
            self.choices.entry(decision).or_default().push((world, profit));
        }
    }

    /// All of them side by side.
    pub fn compared(self) -> Compared {
        let ranking = self.ranking();
        Compared {
            sure: sure(&ranking),
            ranking,
            effects: self.effects(),
            front: self.front(),
            regrets: self.regrets(),
            briefs: self.briefs,
            without_plan: self.without_plan,
        }
    }

    /// The best points by mean profit, each with its paired distance to the first.
    fn ranking(&self) -> Vec<Ranked> {
        let Some(first) = self.best.first() else { return Vec::new() };
        let behind = |runs: &[f64]| {
            let apart: Vec<f64> = runs.iter().zip(&first.2).map(|(a, b)| a - b).collect();
            of_floats(&apart, LEVEL)
        };
        self.best
            .iter()
            .map(|(profit, index, runs)| Ranked { index: *index, profit: *profit, behind: behind(runs) })
            .collect()
    }

    /// What each axis moves: mean profit by value, the widest axis first.
    fn effects(&self) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self
            .study
            .axes
            .iter()
            .zip(&self.effects)
            .map(|(axis, seen)| {
                let mut by_value: Vec<(String, f64)> =
                    seen.iter().map(|(v, (sum, n))| (v.clone(), sum / *n as f64)).collect();
                by_value.sort_by(|a, b| numeric(&a.0).total_cmp(&numeric(&b.0)).then(a.0.cmp(&b.0)));
                let (low, high) =
                    by_value.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v.1), h.max(v.1)));
                Effect { axis: axis.name.clone(), width: if by_value.is_empty() { 0.0 } else { high - low }, by_value }
            })
            .collect();
        effects.sort_by(|a, b| b.width.total_cmp(&a.width).then(a.axis.cmp(&b.axis)));
        effects
    }

    /// Points that no other beats on profit, share served from stock and one-off money together.
    fn front(&self) -> Vec<usize> {
        let mut order: Vec<&Brief> = self.briefs.iter().collect();
        order.sort_by(|a, b| {
            let money = b.profit.total_cmp(&a.profit).then(b.fill.total_cmp(&a.fill));
            money.then(a.capital.total_cmp(&b.capital)).then(a.index.cmp(&b.index))
        });
        // Among points of more profit: the least capital of those that serve at least so many.
        let mut kept: Vec<&Brief> = Vec::new();
        for b in order {
            if !kept.iter().any(|k| k.fill >= b.fill && k.capital <= b.capital) {
                kept.push(b);
            }
        }
        let mut front: Vec<usize> = kept.iter().map(|b| b.index).collect();
        front.sort_unstable();
        front
    }

    /// What each decision costs in its worst world, against the best decision there; the most robust first. Only decisions
    /// that were tried in every world.
    fn regrets(&self) -> Vec<Regret> {
        let mut worlds = vec![&[][..]; self.worlds.len()];
        self.worlds.iter().for_each(|(world, &k)| worlds[k] = world);
        let mut best = vec![f64::NEG_INFINITY; worlds.len()];
        self.choices.values().flatten().for_each(|&(k, profit)| best[k] = best[k].max(profit));
        // Of equal regrets the world that comes first by name.
        let mut order: Vec<usize> = (0..worlds.len()).collect();
        order.sort_by_key(|&k| worlds[k]);
        // Of a decision that was tried everywhere: its profit by world; of two rows of a list that say the same, the last.
        let everywhere = |(decision, tried): (&'_ Vec<String>, &'_ Vec<(usize, f64)>)| {
            let mut profits = vec![f64::NAN; if tried.len() < worlds.len() { 0 } else { worlds.len() }];
            if !profits.is_empty() {
                tried.iter().for_each(|&(k, p)| profits[k] = p);
            }
            let whole = !profits.is_empty() && profits.iter().all(|p| !p.is_nan());
            whole.then(|| (decision.clone(), profits))
        };
        let mut regrets: Vec<Regret> = self
            .choices
            .iter()
            .filter_map(everywhere)
            .map(|(decision, tried)| {
                let apart = order.iter().map(|&k| (best[k] - tried[k], k));
                let (most, world) = apart.fold((0.0, None), |m, (r, k)| if r > m.0 { (r, Some(k)) } else { m });
                let mean = order.iter().map(|&k| tried[k]).sum::<f64>() / worlds.len() as f64;
                let world = world.map(|k| worlds[k].to_vec()).unwrap_or_default();
                Regret { decision, regret: most, world, mean }
            })
            .collect();
        regrets.sort_by(|a, b| a.regret.total_cmp(&b.regret).then(a.decision.cmp(&b.decision)));
        regrets
    }
}

/// Lower bound on the probability that no other ranked point is better than the first (Bonferroni, paired).
fn sure(ranking: &[Ranked]) -> f64 {
    let ahead: Vec<Interval> = ranking.iter().skip(1).map(|r| r.behind.scaled(-1.0)).collect();
    none_better(&ahead, LEVEL, 0.0)
}

/// Whether an axis takes any number: not in a list, whose rows may name one number again and again.
fn ranges(study: &Study, axis: &super::design::Axis) -> bool {
    matches!(axis.span, super::design::Span::Range(..)) && !matches!(study.layout, super::design::Layout::List(_))
}

/// Values of a range are seen in five parts.
fn bin(axis: &super::design::Axis, place: &Place) -> String {
    match (&axis.span, place) {
        (super::design::Span::Range(low, high, _), Place::Number(x)) => {
            const PARTS: f64 = 5.0;
            let part = (((x - low) / (high - low) * PARTS) as usize).min(PARTS as usize - 1) as f64;
            let middle = low + (part + 0.5) / PARTS * (high - low);
            ((middle * 1e6).round() / 1e6).to_string()
        }
        _ => axis.shown(place),
    }
}

fn numeric(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NEG_INFINITY)
}

/// All points side by side.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The points with a plan, in their order.
    pub briefs: Vec<Brief>,
    /// Points without one.
    pub without_plan: usize,
    /// The best points by mean profit.
    pub ranking: Vec<Ranked>,
    /// With what probability no other ranked point is better than the first, at least.
    pub sure: f64,
    /// What each axis moves, the widest first.
    pub effects: Vec<Effect>,
    /// Points that no other beats on profit, share served from stock and one-off money together, in their order.
    pub front: Vec<usize>,
    /// What each decision costs in its worst world, the most robust first.
    pub regrets: Vec<Regret>,
}

/// A ranked point.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// Its position in the design.
    pub index: usize,
    /// Mean yearly profit of its plan.
    pub profit: f64,
    /// Its profit less the first's, run by run.
    pub behind: Interval,
}

/// What an axis moves.
#[derive(Clone, Debug)]
pub struct Effect {
    /// The axis.
    pub axis: String,
    /// Largest less smallest mean profit over its values.
    pub width: f64,
    /// Mean profit of all points at each value.
    pub by_value: Vec<(String, f64)>,
}

/// A decision in its worst world.
#[derive(Clone, Debug)]
pub struct Regret {
    /// Values of the decision axes.
    pub decision: Vec<String>,
    /// What it earns less than the best decision in the worst world.
    pub regret: f64,
    /// That world: values of the other axes.
    pub world: Vec<String>,
    /// Mean profit over the worlds.
    pub mean: f64,
}
