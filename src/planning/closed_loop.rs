//! Policies in a closed loop: every week each sees what a planner would see, orders, moves cars, and the week that comes is
//! played out; the same customers for all of them.

use super::lead::mean_days;
use super::simulate::{DISCOUNT, PERSISTENCE, near_dealers};
use super::{Error, Ground, Options};
use crate::ids::{Id, ModelId, RegionId, SiteId};
use crate::network::coverage::open_today;
use crate::progress::Observer;
use crate::rolling::{
    BalancedDays, BaseStock, Knowledge, Ledger, Link, Model, Perfect, Planner, Vmi, Volume, World, run,
};
use crate::scenario::DayKind;
use crate::stats::poisson::{Ladder, gamma_factor};
use crate::stats::stream::{Purpose, Root};
use crate::stats::{interval, normal};
use rayon::prelude::*;

/// Runs on which a policy's number is set.
const PILOTS: usize = 4;
/// Halvings of its range.
const STEPS: usize = 12;
/// Fewest weeks of sales from which a forecast and its spread are learnt.
pub const LEAST_WEEKS: usize = 34;

/// A policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Forecast, levels by pooling within the region, trades and moves that pay.
    Vmi,
    /// The same without transfers.
    VmiAlone,
    /// Every dealer for itself at a service level from the last 17 weeks, with trades from the nearest that has the car.
    BaseStock,
    /// Each model's volume goes where it makes the days of supply equal; no trades.
    BalancedDays,
    /// Knows every customer: what no policy can beat on holding and lost sales together.
    Perfect,
}

impl Rule {
    /// All of them, the product's own first.
    pub const ALL: [Self; 5] = [Self::Vmi, Self::VmiAlone, Self::BaseStock, Self::BalancedDays, Self::Perfect];

    /// The name on the command line and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vmi => "vmi",
            Self::VmiAlone => "vmi-alone",
            Self::BaseStock => "base-stock",
            Self::BalancedDays => "balanced-days",
            Self::Perfect => "perfect",
        }
    }

    /// Range of the number that trades stock for service.
    fn range(self) -> (f64, f64) {
        match self {
            Self::Vmi | Self::VmiAlone => (-3.0, 8.0),
            Self::BaseStock => (-3.0, 9.0),
            Self::BalancedDays => (0.0, 16.0),
            Self::Perfect => (0.0, 0.0),
        }
    }

    fn planner<'a>(self, case: &'a Case, x: f64) -> Box<dyn Planner + 'a> {
        let Case { world, past, demand, knowledge } = case;
        match self {
            Self::Vmi => Box::new(Vmi::new(knowledge, libm::exp(x), true)),
            Self::VmiAlone => Box::new(Vmi::new(knowledge, libm::exp(x), false)),
            Self::BaseStock => Box::new(BaseStock::new(world, past, demand, None, 1.0 / (1.0 + libm::exp(-x)), true)),
            Self::BalancedDays => Box::new(BalancedDays::new(world, past, demand, Volume::Rate, x)),
            Self::Perfect => Box::new(Perfect::new(demand)),
        }
    }
}

/// What is played.
#[derive(Clone, Debug)]
pub struct Play {
    /// The policies; the first is what the others are compared with.
    pub rules: Vec<Rule>,
    /// Weeks.
    pub weeks: usize,
    /// Runs, each with customers of its own.
    pub runs: u32,
    /// Share of customers to be served by every policy, so that costs can be compared.
    pub fill: f64,
    /// Regions whose dealers take part; none for all.
    pub regions: Vec<RegionId>,
}

/// A policy and what it came to.
#[derive(Clone, Debug)]
pub struct Played {
    /// The policy.
    pub rule: Rule,
    /// One ledger a run.
    pub ledgers: Vec<Ledger>,
}

impl Played {
    /// Share of customers served in all runs.
    pub fn fill(&self) -> f64 {
        fill(&self.ledgers)
    }
    /// Cost of a run with its 95 % interval.
    pub fn cost(&self) -> interval::Interval {
        interval::of_floats(&self.costs(), 0.95)
    }
    /// Cost less another policy's, run by run.
    pub fn against(&self, other: &Self) -> interval::Interval {
        let apart: Vec<f64> = self.costs().iter().zip(other.costs()).map(|(a, b)| a - b).collect();
        interval::of_floats(&apart, 0.95)
    }
    fn costs(&self) -> Vec<f64> {
        self.ledgers.iter().map(Ledger::cost).collect()
    }
}

fn fill(ledgers: &[Ledger]) -> f64 {
    let (sold, customers) = ledgers.iter().fold((0, 0), |t, l| (t.0 + l.sold, t.1 + l.customers));
    if customers > 0 { sold as f64 / customers as f64 } else { 1.0 }
}

/// One run: the world, its customers before and during the run, and what a forecaster knows.
struct Case {
    world: World,
    past: Vec<u16>,
    demand: Vec<u16>,
    knowledge: Knowledge,
}

/// Plays all policies over all runs.
pub fn closed_loop(
    ground: &Ground,
    play: &Play,
    options: &Options,
    watch: &dyn Observer,
) -> Result<Vec<Played>, Error> {
    let scenario = ground.scenario;
    let known = scenario.history.weeks();
    if known < LEAST_WEEKS {
        let text = format!(
            "a policy that forecasts needs {LEAST_WEEKS} weeks of sales, sales.csv holds {known}: export more of the past"
        );
        return Err(Error::Unfit(text));
    }
    let (world, dealers) = world(ground, &play.regions)?;
    let past = past(ground, &dealers);
    let weeks = play.weeks.min(ground.forecast.weeks());
    watch.stage("learn", u64::from(play.runs));
    let festivals: Vec<_> =
        scenario.calendar.iter().filter(|d| d.kind == DayKind::SpringFestival).map(|d| d.date).collect();
    let case = |replication: u32| -> Result<Case, Error> {
        if options.stop.raised() {
            return Err(Error::Stopped);
        }
        let demand = customers(ground, &dealers, weeks, options.seed, replication);
        let first = scenario.history.first();
        let knowledge = Knowledge::new(&past, &demand, first, &festivals, &world.region, world.models.len());
        let knowledge = knowledge.ok_or_else(|| Error::Unfit("the sales are too few for a forecast".into()))?;
        watch.advance(1);
        Ok(Case { world: world.clone(), past: past.clone(), demand, knowledge })
    };
    let cases: Vec<Case> = (0..play.runs).into_par_iter().map(case).collect::<Result<_, _>>()?;
    watch.stage("play", play.rules.len() as u64);
    let mut played = Vec::new();
    for &rule in &play.rules {
        let x = tune(rule, &cases[..cases.len().min(PILOTS)], play.fill, options)?;
        played.push(Played { rule, ledgers: runs(rule, &cases, x, options)? });
        watch.advance(1);
    }
    Ok(played)
}

fn runs(rule: Rule, cases: &[Case], x: f64, options: &Options) -> Result<Vec<Ledger>, Error> {
    let one = |c: &Case| {
        if options.stop.raised() {
            return Err(Error::Stopped);
        }
        run(&c.world, &c.demand, &mut *rule.planner(c, x)).map_err(|e| Error::Internal(e.to_string()))
    };
    cases.par_iter().map(one).collect()
}

/// The policy's number at which the pilots serve the wanted share, by halving: more stock serves more.
fn tune(rule: Rule, pilots: &[Case], wanted: f64, options: &Options) -> Result<f64, Error> {
    let (mut low, mut high) = rule.range();
    if low >= high {
        return Ok(low);
    }
    let mut best = (f64::INFINITY, low);
    for _ in 0..STEPS {
        let x = 0.5 * (low + high);
        let apart = fill(&runs(rule, pilots, x, options)?) - wanted;
        if apart.abs() < best.0 {
            best = (apart.abs(), x);
        }
        if apart < 0.0 { low = x } else { high = x }
    }
    Ok(best.1)
}

/// Today's dealers of the regions, and where everything stands.
fn world(ground: &Ground, regions: &[RegionId]) -> Result<(World, Vec<SiteId>), Error> {
    let scenario = ground.scenario;
    let network = &scenario.network;
    let open = open_today(network);
    let wanted = |s: SiteId| regions.is_empty() || regions.contains(&ground.region[s]);
    let dealers: Vec<SiteId> = open.iter().filter(|(s, f)| f.is_some() && wanted(*s)).map(|(s, _)| s).collect();
    if dealers.is_empty() {
        return Err(Error::Unfit("there is no dealer in the regions asked for".into()));
    }
    // Regions are numbered by those that take part.
    let mut names: Vec<RegionId> = dealers.iter().map(|&d| ground.region[d]).collect();
    names.sort_unstable();
    names.dedup();
    let region = dealers.iter().map(|&d| names.binary_search(&ground.region[d]).expect("its own region")).collect();
    let days = mean_days(ground);
    let lead: Vec<usize> = dealers.iter().map(|&d| ((days[d] / 7.0).ceil() as usize).max(1)).collect();
    let models: Vec<Model> = scenario
        .catalogue
        .models
        .values()
        .map(|m| Model {
            price: m.price.major(),
            holding: 7.0 * m.holding_per_day.major(),
            lost: (m.margin + m.lost_sale).major(),
        })
        .collect();
    let links = dealers.iter().map(|&to| {
        let arcs = near_dealers(ground, &dealers, to);
        let mut links: Vec<Link> =
            arcs.into_iter().map(|(donor, cost)| Link { donor: donor as usize, cost: cost.major() }).collect();
        links.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.donor.cmp(&b.donor)));
        links
    });
    let cell =
        |site: SiteId, model: ModelId| dealers.binary_search(&site).ok().map(|d| model.index() * dealers.len() + d);
    let mut stock = vec![0; models.len() * dealers.len()];
    let mut pipeline: Vec<Vec<u32>> = vec![Vec::new(); stock.len()];
    for lot in &scenario.stock {
        if let Some(c) = cell(lot.site, lot.model) {
            stock[c] += lot.cars;
        }
    }
    for a in &scenario.in_transit {
        if let Some(c) = cell(a.site, a.model) {
            let row = &mut pipeline[c];
            row.resize(row.len().max(a.week.index() + 1), 0);
            row[a.week.index()] += a.cars;
        }
    }
    let world = World {
        region,
        lead,
        links: links.collect(),
        share: scenario.settings.transfer.max_share,
        discount: DISCOUNT.iter().map(|&(age, share)| (u32::from(age).div_ceil(7), share)).collect(),
        stock,
        pipeline,
        models,
    };
    Ok((world, dealers))
}

/// Sales of the past, week × cell.
fn past(ground: &Ground, dealers: &[SiteId]) -> Vec<u16> {
    let history = &ground.scenario.history;
    let models = ground.scenario.catalogue.models.len();
    let cells = models * dealers.len();
    let mut table = vec![0; history.weeks() * cells];
    for m in 0..models {
        for (d, &site) in dealers.iter().enumerate() {
            for (w, &sold) in history.series(site, ModelId::at(m)).iter().enumerate() {
                table[w * cells + m * dealers.len() + d] = sold;
            }
        }
    }
    table
}

/// Customers of one run, week × cell: the forecast times the market's ups and downs by month (as in the simulation:
/// national and regional, and a factor of each cell's own), as whole people.
fn customers(ground: &Ground, dealers: &[SiteId], weeks: usize, seed: u64, replication: u32) -> Vec<u16> {
    let settings = &ground.scenario.settings.simulation;
    let models = ground.scenario.catalogue.models.len();
    let cells = models * dealers.len();
    let months = (weeks * 7 * 12) / 365 + 1;
    let market = Root::new(seed, Purpose::Market, replication);
    let path = |series: usize, sd: f64| -> Vec<f64> {
        let mut z = 0.0;
        (0..months)
            .map(|m| {
                let fresh = normal::quantile(market.stream(series as u64, m as u32).unit());
                z = if m == 0 { fresh } else { PERSISTENCE * z + libm::sqrt(1.0 - PERSISTENCE * PERSISTENCE) * fresh };
                libm::exp(sd * z - 0.5 * sd * sd)
            })
            .collect()
    };
    let nation = path(0, settings.national_sd);
    let regions: Vec<Vec<f64>> =
        (0..ground.scenario.network.regions.len()).map(|r| path(r + 1, settings.regional_sd)).collect();
    let mixing = Root::new(seed, Purpose::Mixing, replication);
    let arrivals = Root::new(seed, Purpose::Arrivals, replication);
    let ladder = Ladder::new();
    let mut table = vec![0; weeks * cells];
    for m in 0..models {
        let expected = &ground.forecast.national[ModelId::at(m)].mean;
        for (d, &site) in dealers.iter().enumerate() {
            let share = ground.forecast.share[(site, ModelId::at(m))];
            let entity = (site.index() * models + m) as u64;
            let own: Vec<f64> = (0..months)
                .map(|month| match ground.forecast.dispersion {
                    k if k > 0.0 => gamma_factor(k, &mut mixing.stream(entity, month as u32)),
                    _ => 1.0,
                })
                .collect();
            for w in 0..weeks {
                let month = (w * 7 * 12) / 365;
                let region = &regions[ground.region[site].index()];
                let mean = share * expected[w] * nation[month] * region[month] * own[month];
                let came = ladder.draw(mean, &mut arrivals.stream(entity, w as u32));
                table[w * cells + m * dealers.len() + d] = came.min(u32::from(u16::MAX)) as u16;
            }
        }
    }
    table
}
