//! A serial system as JSON, TOML or CSV.
//!
//! ```toml
//! demand = "normal:5,1"
//! penalty = 37.12
//! [[stages]]            # the stage supplied from outside first, the one facing customers last
//! name = "plant"
//! lead_time = 2
//! local_holding = 2     # or echelon_holding
//! ```
//! As CSV: columns `stage, lead_time, local_holding` (or `echelon_holding`), demand and penalty as arguments.

use super::PolicyCommandError;
use crate::replenishment::policy::Law;
use crate::replenishment::policy::serial::{Serial, Stage};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    demand: Option<String>,
    penalty: Option<f64>,
    #[serde(default)]
    customer_first: Option<bool>,
    stages: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(alias = "stage", alias = "stage_id", default)]
    name: Option<String>,
    #[serde(alias = "lead")]
    lead_time: f64,
    #[serde(default)]
    echelon_holding: Option<f64>,
    #[serde(default, alias = "holding")]
    local_holding: Option<f64>,
}

const HELP: &str = "write for example {\"demand\": \"normal:5,1\", \"penalty\": 37.12, \"stages\": [{\"name\": \"plant\", \
                    \"lead_time\": 2, \"local_holding\": 2}, {\"name\": \"dealer\", \"lead_time\": 1, \"local_holding\": 5}]}";

fn wrong(what: impl std::fmt::Display) -> PolicyCommandError {
    PolicyCommandError::Content(format!("the serial system cannot be read: {what}; {HELP}"))
}

/// Reads the system (customers first) and says whether the file had the customers first.
pub fn parse(text: &str, demand: Option<Law>, penalty: Option<f64>) -> Result<(Serial, bool), PolicyCommandError> {
    let file = match text.trim_start().chars().next() {
        Some('{') => serde_json::from_str(text).map_err(wrong)?,
        Some('[' | '#') => toml::from_str(text).map_err(wrong)?,
        _ if text.lines().next().is_some_and(|l| l.contains('=')) => toml::from_str(text).map_err(wrong)?,
        _ => table(text)?,
    };
    let demand = match (demand, file.demand) {
        (Some(law), _) => law,
        (None, Some(text)) => text.parse()?,
        (None, None) => return Err(wrong("there is no demand, give --demand or write it in the file")),
    };
    let penalty =
        penalty.or(file.penalty).ok_or_else(|| wrong("there is no penalty, give --penalty or write it in the file"))?;
    let mut rows = file.stages;
    // Local holding costs rise towards the customers: they tell the direction themselves.
    let customer_first = file.customer_first.unwrap_or_else(|| {
        let local = |r: Option<&Row>| r.and_then(|r| r.local_holding);
        matches!((local(rows.first()), local(rows.last())), (Some(a), Some(b)) if a > b)
    });
    if !customer_first {
        rows.reverse();
    }
    let stages = (0..rows.len()).map(|j| stage(&rows, j)).collect::<Result<_, _>>()?;
    Ok((Serial { stages, penalty, demand }, customer_first))
}

fn stage(rows: &[Row], j: usize) -> Result<Stage, PolicyCommandError> {
    let row = &rows[j];
    let name = row.name.clone().unwrap_or_else(|| (j + 1).to_string());
    let echelon_holding = match (row.echelon_holding, row.local_holding) {
        (Some(h), _) => h,
        (None, Some(local)) => match rows.get(j + 1) {
            None => local,
            Some(Row { local_holding: Some(supplier), .. }) if *supplier < local => local - supplier,
            Some(_) => {
                return Err(wrong(format!(
                    "stage `{name}` must have a higher local_holding than its supplier (or give echelon_holding)"
                )));
            }
        },
        (None, None) => return Err(wrong(format!("stage `{name}` has neither echelon_holding nor local_holding"))),
    };
    Ok(Stage { name, echelon_holding, lead: row.lead_time })
}

fn table(text: &str) -> Result<File, PolicyCommandError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let stages = reader.deserialize().collect::<Result<Vec<Row>, _>>().map_err(wrong)?;
    if stages.is_empty() {
        return Err(wrong("there are no stages"));
    }
    Ok(File { demand: None, penalty: None, customer_first: None, stages })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_forms_say_the_same() {
        let json = r#"{"demand":"normal:5,1","penalty":37.12,"stages":[
            {"name":"3","lead_time":2,"local_holding":2},{"name":"2","lead_time":1,"local_holding":4},
            {"name":"1","lead_time":1,"local_holding":7}]}"#;
        let toml = "demand = \"normal:5,1\"\npenalty = 37.12\n[[stages]]\nname = \"1\"\nlead_time = 1\nlocal_holding = 7\n\
                    [[stages]]\nname = \"2\"\nlead_time = 1\nlocal_holding = 4\n[[stages]]\nname = \"3\"\nlead_time = 2\n\
                    local_holding = 2\n";
        let csv = "stage,lead_time,echelon_holding\n3,2,2\n2,1,2\n1,1,3\n";
        let a = parse(json, None, None).unwrap();
        let b = parse(toml, None, None).unwrap();
        let c = parse(csv, Some("normal:5,1".parse().unwrap()), Some(37.12)).unwrap();
        assert_eq!(a.0, b.0);
        assert_eq!(a.0, c.0);
        assert!(!a.1 && b.1 && !c.1);
        assert_eq!(a.0.stages[0].echelon_holding, 3.0);
    }

    #[test]
    fn what_is_missing_is_named() {
        for (text, hint) in [
            ("{}", "stages"),
            ("stage,lead_time\n1,2\n", "penalty"),
            ("{\"penalty\":1,\"stages\":[{\"lead_time\":1}]}", "demand"),
            ("{\"demand\":\"poisson:3\",\"penalty\":1,\"stages\":[{\"lead_time\":1}]}", "echelon_holding"),
        ] {
            let law = text.starts_with("stage").then(|| "poisson:3".parse().unwrap());
            let err = parse(text, law, None).unwrap_err().to_string();
            assert!(err.contains(hint) && err.contains("for example"), "{text}: {err}");
        }
    }
}
