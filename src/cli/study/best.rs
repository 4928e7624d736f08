//! `forecourt study best`: the best decision of a worked study, with a probability.

use super::super::exit;
use super::super::plans::knocked;
use super::super::simulate::{any_share, zone};
use super::super::terminal::{print, say};
use super::{Common, Desk};
use crate::progress::Observer;
use crate::study::best::{Best as Answer, best};
use serde_json::{Value, json};

/// Decisions that are listed.
const LISTED: usize = 20;

#[derive(Debug, clap::Args)]
pub(super) struct Best {
    #[command(flatten)]
    pub(super) common: Common,
    /// How sure to be.
    #[arg(long, value_name = "SHARE", value_parser = any_share, default_value = "95%")]
    probability: f64,
    /// Decisions whose yearly profit differs by no more than this from the best one's count as equally good, money [default:
    /// a ten-thousandth of what today's network earns on its cars].
    #[arg(long, value_name = "MONEY", value_parser = zone)]
    zone: Option<f64>,
    /// Replications of each decision at most.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    replications: u32,
}

impl Desk {
    /// Finds the best decision; nothing is written.
    pub(super) fn best(&self, args: &Best) -> Result<u8, u8> {
        let start = self.start()?;
        let points = (0..self.count()).map(|i| self.point(i));
        let wanted = (args.probability, args.zone, args.replications);
        let heard = |text: &str| self.watch.note(text);
        let given = (&self.base, &self.study);
        let found = best(given, points, start.as_ref(), wanted, &self.options, &self.store, &heard);
        self.watch.finish();
        let Some(answer) = found.map_err(|e| self.failed(None, &e))? else {
            say(
                "no decision has been tried, with a plan, in every world → work all points (`forecourt study run`), of a full \
                 design or a list with every decision in every world",
            );
            return Err(exit::LIMIT);
        };
        let text = if self.json { format!("{}\n", self.value(&answer)) } else { self.words(&answer) };
        print(&text);
        Ok(if answer.found.left.len() == 1 { exit::DONE } else { exit::LIMIT })
    }

    /// A decision in words.
    fn decision(&self, answer: &Answer, k: usize) -> String {
        let any = self.study.axes.iter().any(|a| a.decision);
        let axes = self.study.axes.iter().filter(|a| a.decision || !any);
        let pairs = axes.zip(&answer.decisions[k].values).map(|(a, v)| format!("{} {v}", a.name));
        pairs.collect::<Vec<_>>().join(", ")
    }

    fn words(&self, answer: &Answer) -> String {
        let found = &answer.found;
        // Those that stayed longest, the best first.
        let mut order: Vec<usize> = (0..answer.decisions.len()).collect();
        order.sort_by(|&a, &b| {
            let longest = found.counts[b].cmp(&found.counts[a]);
            longest.then(found.means[b].total_cmp(&found.means[a])).then(a.cmp(&b))
        });
        order.truncate(LISTED);
        let name = |k: usize| self.decision(answer, k);
        let mut text = knocked(name, &order, found, answer.zone);
        if answer.left_out > 0 {
            text += &format!("{} decisions have no plan in some world, or were not tried in each\n", answer.left_out);
        }
        text
    }

    fn value(&self, answer: &Answer) -> Value {
        let found = &answer.found;
        let one = |k: usize| {
            json!({"decision": answer.decisions[k].values, "profit_cny_per_year": found.means[k],
                   "replications": found.counts[k], "left": found.left.contains(&k)})
        };
        json!({
            "decisions": (0..answer.decisions.len()).map(one).collect::<Vec<_>>(), "left_out": answer.left_out,
            "best": answer.decisions[found.best].values, "probability": found.probability,
            "zone_cny_per_year": answer.zone, "replications": found.made(), "equal_shares": found.equal_shares(),
            "repeatable": true,
        })
    }
}
