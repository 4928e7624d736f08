//! From arguments to an answer, and the answer as plain text.

use super::{Numbers, Policy, PolicyCommandError, gsm_file, list, read, serial_file};
use crate::replenishment::policy::{
    PolicyError, Rates, emergency, eoq, gsm, newsvendor, pooling::Pooling, rq, serial, ss, wagner_whitin,
};
use serde_json::{Value, json};
use std::io::{self, Write};

/// The answer as an object whose keys are the letters of the model.
pub fn answer(policy: &Policy) -> Result<Value, PolicyCommandError> {
    Ok(match policy {
        Policy::Newsvendor { numbers, lead } | Policy::BaseStock { numbers, lead } => {
            let plan = newsvendor::base_stock(&numbers.demand, rates(numbers)?, *lead)?;
            json!({ "S": plan.level, "cost": plan.cost, "in_stock_probability": plan.in_stock,
                    "expected_short": plan.short })
        }
        Policy::Ss { numbers, fixed, lead } => {
            let plan = ss::solve(&numbers.demand, rates(numbers)?, *fixed, *lead)?;
            json!({ "s": plan.reorder, "S": plan.up_to, "cost": plan.cost, "grid": plan.grid })
        }
        Policy::Rq { numbers, fixed, lead } => {
            let plan = rq::solve(&numbers.demand, rates(numbers)?, *fixed, *lead)?;
            json!({ "r": plan.reorder, "Q": plan.quantity, "cost": plan.cost })
        }
        Policy::Eoq { demand, holding, fixed, penalty, production } => {
            let &[demand] = list("demand", demand)?.as_slice() else {
                return Err(PolicyCommandError::Content(
                    "--demand: give one number, the demand per unit of time".into(),
                ));
            };
            let (penalty, production) = (*penalty, *production);
            let plan = eoq::solve(&eoq::Eoq { fixed: *fixed, holding: *holding, demand, penalty, production })?;
            json!({ "Q": plan.quantity, "cost": plan.cost, "backorder": plan.backorder })
        }
        Policy::WagnerWhitin { demand, holding, fixed, purchase } => {
            let demand = list("demand", demand)?;
            let purchase = purchase.as_deref().map_or(Ok(Vec::new()), |p| list("purchase", p))?;
            let plan =
                wagner_whitin::solve(&wagner_whitin::LotSizing { fixed: *fixed, holding: *holding, demand, purchase })?;
            json!({ "Q": plan.orders, "orders": plan.orders, "cost": plan.cost })
        }
        Policy::Serial { file, demand, penalty } => {
            let (data, customer_first) = serial_file::parse(&read(file)?, demand.clone(), *penalty)?;
            serial_answer(&data, customer_first)?
        }
        Policy::Gsm { file, gap, nodes, local_costs } => {
            let chain = gsm::Chain::new(&gsm_file::parse(&read(file)?)?, *local_costs)?;
            gsm_answer(&chain, &gsm::Effort { gap: *gap, nodes: *nodes })?
        }
        Policy::Pooling { numbers, sites, transfer, correlation } => {
            let pooling = Pooling::new(*sites, &numbers.demand, rates(numbers)?, *correlation)?;
            let plan = pooling.solve(*transfer)?;
            json!({ "S": plan.level, "cost": plan.cost, "lower": plan.lower, "upper": plan.upper,
                    "moved": pooling.moved(plan.level), "saving": 1.0 - plan.cost / plan.upper })
        }
        Policy::Emergency { sites, stock, rate } => {
            let service = emergency::one_for_one(*sites, *stock, *rate)?;
            json!({ "fill": service.fill, "lateral": service.lateral, "emergency": service.emergency })
        }
    })
}

fn rates(numbers: &Numbers) -> Result<Rates, PolicyError> {
    Rates::new(numbers.holding, numbers.penalty)
}

fn serial_answer(data: &serial::Serial, customer_first: bool) -> Result<Value, PolicyCommandError> {
    let plan = serial::solve(data)?;
    // The answer keeps the order of the file.
    let mut places: Vec<usize> = (0..data.stages.len()).collect();
    if !customer_first {
        places.reverse();
    }
    let stages: Vec<Value> = places
        .iter()
        .map(|&j| json!({ "stage": data.stages[j].name, "echelon": plan.echelon[j], "local": plan.local[j] }))
        .collect();
    let levels: Vec<f64> = places.iter().map(|&j| plan.echelon[j]).collect();
    Ok(json!({ "S": levels, "cost": plan.cost, "stages": stages }))
}

fn gsm_answer(chain: &gsm::Chain, effort: &gsm::Effort) -> Result<Value, PolicyCommandError> {
    let plan = gsm::solve(chain, effort)?;
    let stages: Vec<Value> = chain
        .stages()
        .iter()
        .enumerate()
        .map(|(i, s)| {
            json!({ "stage": s.name, "service_time": plan.outgoing[i], "inbound_service_time": plan.incoming[i],
                    "net_time": plan.incoming[i] + s.lead - plan.outgoing[i],
                    "safety_stock": plan.safety_stock[i], "cost": s.holding * plan.safety_stock[i] })
        })
        .collect();
    Ok(json!({ "cost": plan.cost, "bound": plan.bound, "gap": plan.gap(), "nodes": plan.nodes, "stages": stages }))
}

/// Writes the answer as lines, lists of stages as a table.
pub fn print(answer: &Value, out: &mut dyn Write) -> io::Result<()> {
    let Value::Object(fields) = answer else { return Ok(()) };
    for (name, value) in fields {
        match value {
            Value::Array(rows) if rows.first().is_some_and(Value::is_object) => table(rows, out)?,
            Value::Array(values) => {
                let values: Vec<String> = values.iter().map(plain).collect();
                writeln!(out, "{name:<22}{}", values.join("  "))?;
            }
            value => writeln!(out, "{name:<22}{}", plain(value))?,
        }
    }
    Ok(())
}

fn table(rows: &[Value], out: &mut dyn Write) -> io::Result<()> {
    let Some(Value::Object(first)) = rows.first() else { return Ok(()) };
    let names: Vec<&String> = first.keys().collect();
    let cells: Vec<Vec<String>> = rows.iter().map(|r| names.iter().map(|n| plain(&r[n.as_str()])).collect()).collect();
    let width = |k: usize| cells.iter().map(|r| r[k].chars().count()).max().unwrap_or(0).max(names[k].len());
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells.iter().zip(&widths).map(|(c, w)| format!("{c:<w$}")).collect();
        padded.join("  ").trim_end().to_string()
    };
    let head: Vec<String> = names.iter().map(|n| (*n).clone()).collect();
    writeln!(out, "{}", line(&head))?;
    cells.iter().try_for_each(|row| writeln!(out, "{}", line(row)))
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(n) => n.as_f64().map_or_else(
            || n.to_string(),
            |v| {
                let text = format!("{v:.6}");
                text.trim_end_matches('0').trim_end_matches('.').to_string()
            },
        ),
        other => other.to_string(),
    }
}
