//! How every method would have done.

use super::super::steps::RunArgs;
use super::super::terminal::{print, say};
use super::super::{exit, out};
use crate::demand::series::Options;
use crate::demand::series::backtest::{Backtest, Score, backtest};
use crate::io::results::table::{Cell, Table};
use serde_json::json;
use std::fmt::Write;
use std::path::Path;

/// Tries the methods and tells.
pub(super) fn run(file: &Path, series: &[Vec<f64>], options: &Options, origins: usize, run: &RunArgs) -> u8 {
    let Some(made) = backtest(series, options, origins) else {
        say(&format!(
            "forecourt: {}: no series has the {} values that a trial needs (8 and one horizon); give longer ones or a shorter \
             --horizon",
            file.display(),
            8 + options.horizon
        ));
        return exit::NO_PLAN;
    };
    if let Some(path) = &run.out
        && let Err(code) = out::file(path, &table(&made).into_bytes())
    {
        return code;
    }
    if run.json {
        let one = |s: &Score| {
            json!({ "method": s.method, "pinball": s.pinball, "mase": s.mase, "smape": s.smape, "bias": s.bias,
                "inside": s.inside, "served": s.served })
        };
        let scores: Vec<_> = made.scores.iter().map(one).collect();
        return print(&format!(
            "{}\n",
            json!({ "series": made.tried.len(), "origins": made.origins, "methods": scores })
        ));
    }
    print(&text(&made, options))
}

fn table(made: &Backtest) -> Table {
    let mut table = Table::new(&["method", "pinball", "mase", "smape", "bias", "inside", "served"]);
    for s in &made.scores {
        let numbers = [s.pinball, s.mase, s.smape, s.bias, s.inside, s.served].map(|x| Cell::Number(x, 6));
        table.row(std::iter::once(Cell::Text(s.method)).chain(numbers));
    }
    table
}

fn text(made: &Backtest, options: &Options) -> String {
    let (first, last) = (options.levels.first(), options.levels.last());
    let between = 100.0 * (last.unwrap_or(&0.0) - first.unwrap_or(&0.0));
    let mut text = format!(
        "{} series at {} past origins, {} steps ahead; losses in units of a series' mean step\n  {:<15} {:>8} {:>8} {:>8} {:>8} {:>9} {:>8}\n",
        made.tried.len(),
        made.origins,
        options.horizon,
        "method",
        "pinball",
        "MASE",
        "sMAPE",
        "bias",
        "inside",
        "served"
    );
    for s in &made.scores {
        let _ = writeln!(
            text,
            "  {:<15} {:>8.4} {:>8.4} {:>8.3} {:>+8.4} {:>7.1} % {:>6.1} %",
            s.method,
            s.pinball,
            s.mase,
            s.smape,
            s.bias,
            100.0 * s.inside,
            100.0 * s.served
        );
    }
    let _ = writeln!(
        text,
        "pinball: mean over the levels, which judges the whole distribution; inside: actuals between the outer levels, {between:.0} % \
         wanted;\nserved: forecasts that the method could make, for the others the last value went on\nleast pinball loss: {}",
        made.scores[0].method
    );
    text
}
