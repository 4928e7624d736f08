//! `forecourt simulate --plan A --plan B`: several plans on the same customers, and which is best.

use super::exit;
use super::session::{Ended, Input, Session};
use super::simulate::{MOST, SimulateArgs};
use super::terminal::{print, say};
use crate::evaluation::{self, NetworkFacts};
use crate::io::results::read_back;
use crate::planning::{BestPlan, NetworkState, Placement, assess, best_plan, compare_plans, today_and_plan};
use crate::simulation::outcome::Outcome;
use crate::simulation::precision::Reached;
use crate::stats::interval::{Interval, none_better};
use crate::stats::knockout::Found;
use crate::units::Money;
use serde_json::{Value, json};
use std::path::Path;

/// Compares several plans and says which is best and how sure that is.
pub(super) fn run(args: &SimulateArgs) -> Result<u8, Ended> {
    let mut input = Input::read(&args.step)?;
    input.options.precision = Some(args.precision.unwrap_or(0.01));
    input.options.replications = args.step.run.replications.unwrap_or(MOST);
    let session = Session::new(&input, true);
    let mut placed: Vec<(Placement, NetworkState, NetworkState)> = Vec::new();
    for folder in &args.plan {
        let placement = read(&session, &input, folder)?;
        let (today, plan) = today_and_plan(&session.ground, &placement);
        placed.push((placement, today, plan));
    }
    let states: Vec<NetworkState> = placed.iter().map(|p| p.2.clone()).collect();
    let settings = &input.scenario.settings.placement;
    let mut networks = vec![("today".to_owned(), session.facts_of(&placed[0].0, &placed[0].1, Money::ZERO))];
    for (folder, (placement, _, state)) in args.plan.iter().zip(&placed) {
        let facts = session.facts_of(placement, state, settings.yearly(placement.plan.one_off));
        networks.push((folder.display().to_string(), facts));
    }
    if let Some(probability) = args.best {
        let facts: Vec<NetworkFacts> = networks.iter().map(|n| n.1).collect();
        let wanted = (probability, args.zone);
        let best = best_plan(&session.ground, (&placed[0].1, &states), &facts, wanted, &input.options, &input.watch)
            .map_err(|e| session.ended(&e))?;
        input.watch.finish();
        let json = args.step.run.json;
        let (name, all) = (|k: usize| networks[k].0.clone(), (0..networks.len()).collect::<Vec<_>>());
        print(&if json {
            format!("{}\n", value(&networks, &best))
        } else {
            knocked(name, &all, &best.found, best.zone)
        });
        return Ok(if best.found.left.len() == 1 { exit::DONE } else { exit::LIMIT });
    }
    let (outcomes, reached) = compare_plans(&session.ground, &placed[0].1, &states, &input.options, &input.watch)
        .map_err(|e| session.ended(&e))?;
    input.watch.finish();
    print(&table(&networks, &outcomes, &reached));
    Ok(if reached.met { exit::DONE } else { exit::LIMIT })
}

/// The best of several alternatives, with what it took to find it; those of `shown` are listed.
pub(super) fn knocked(name: impl Fn(usize) -> String, shown: &[usize], found: &Found, zone: f64) -> String {
    let mut text = String::from("yearly profit, million; replications on the same customers\n");
    for &k in shown {
        let (mean, count) = (found.means[k] / 1e6, found.counts[k]);
        let word = if found.left.contains(&k) { "" } else { ", then left out" };
        text += &format!("{}: {mean:14.3} after {count}{word}\n", name(k));
    }
    let sure = if found.left.len() == 1 { "" } else { "; not as sure as asked for, give more --replications" };
    text += &format!(
        "best: {} with probability at least {:.4} (Kim and Nelson 2001; within {:.3} million a year counts as equally good){sure}\n",
        name(found.best),
        found.probability,
        zone / 1e6
    );
    text + &format!("{} replications in all; equal shares: {}\n", found.made(), found.equal_shares())
}

fn value(networks: &[(String, NetworkFacts)], best: &BestPlan) -> Value {
    let found = &best.found;
    let one = |(k, (name, _)): (usize, &(String, NetworkFacts))| {
        json!({"network": name, "profit_cny_per_year": found.means[k], "replications": found.counts[k],
               "left": found.left.contains(&k)})
    };
    json!({
        "networks": networks.iter().enumerate().map(one).collect::<Vec<_>>(),
        "best": networks[found.best].0, "probability": found.probability, "zone_cny_per_year": best.zone,
        "replications": found.made(), "equal_shares": found.equal_shares(), "repeatable": true,
    })
}

/// The placement of a results folder of this network: under any settings, or of a variant of this scenario.
pub(super) fn read(session: &Session, input: &Input, folder: &Path) -> Result<Placement, Ended> {
    let refuse = |why: String| {
        say(&format!("forecourt: {why}"));
        exit::BAD_INPUT
    };
    // The same network under other settings, or a variant of this scenario: its stores are judged in this one.
    let variant = read_back::scenario(folder).is_some_and(|(from, _)| from == input.from);
    if read_back::same(folder, &input.notes) == read_back::Same::Nothing && !variant {
        let why = "was made from another network; run `forecourt place` with --out into it";
        return Err(refuse(format!("{}: {why}", folder.display())));
    }
    let placed = read_back::placement(folder, &input.scenario).map_err(|e| refuse(e.to_string()))?;
    let placed = placed.ok_or_else(|| refuse(format!("{}: there is no placement.csv", folder.display())))?;
    assess(&session.ground, &placed.open, &placed.moves).map_err(|e| session.ended(&e))
}

/// Yearly profit of every network, its difference to today's, and the best with the probability that it is.
fn table(networks: &[(String, NetworkFacts)], outcomes: &[Outcome], reached: &Reached) -> String {
    let profit = |a: usize, b: usize| {
        let kpis = evaluation::kpis((&outcomes[a], &networks[a].1), (&outcomes[b], &networks[b].1));
        *kpis.iter().find(|k| k.id == "profit").expect("the profit is a key figure")
    };
    let mut text = String::from("yearly profit, million; 95 % intervals, differences pair by pair\n");
    for (k, (name, _)) in networks.iter().enumerate() {
        let row = profit(0, k);
        let told = |i: &Interval| format!("{:14.3} ± {:.3}", i.mean / 1e6, i.half / 1e6);
        text += &format!("{name}: {} against today {}\n", told(&row.plan), told(&row.difference));
    }
    let best = (0..networks.len()).fold(0, |a, b| if profit(a, b).difference.mean > 0.0 { b } else { a });
    let others: Vec<Interval> =
        (0..networks.len()).filter(|&k| k != best).map(|k| profit(k, best).difference).collect();
    text += &format!(
        "best: {} with probability at least {:.4} (Bonferroni over paired differences, no indifference zone)\n",
        networks[best].0,
        none_better(&others, evaluation::kpi::LEVEL, 0.0)
    );
    let share = 100.0 * reached.cost.iter().map(Interval::relative).fold(0.0, f64::max);
    text + &format!("{} replications; network costs known to ± {share:.2} %\n", reached.cost[0].count)
}
