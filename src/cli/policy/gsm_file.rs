//! The table of a guaranteed-service chain: one stage a row, suppliers as name and quantity at the end of the row.

use super::PolicyCommandError;
use crate::replenishment::policy::gsm::{Part, Supplier};

/// Reads the stages; every fault is reported with its line.
pub fn parse(text: &str) -> Result<Vec<Part>, PolicyCommandError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| PolicyCommandError::Content(format!("the header: {e}")))?.clone();
    let find = |names: &[&str]| {
        header.iter().position(|h| names.contains(&h.trim_start_matches('\u{feff}').to_ascii_lowercase().as_str()))
    };
    let columns = Columns {
        name: find(&["stage_id", "stage"]),
        lead: find(&["lead_time"]),
        max_service: find(&["max_s_time", "max_service_time"]),
        inbound: find(&["inbound_s_time", "inbound_service_time"]),
        cost: find(&["cost", "cost_rate"]),
        pooling: find(&["risk_pool"]),
        sd: find(&["ext_demand_std"]),
        z: find(&["ext_demand_thres"]),
        suppliers: find(&["up_stages"]),
    };
    let mut faults = columns.missing();
    let mut parts = Vec::new();
    if faults.is_empty() {
        for record in reader.records() {
            match record {
                Err(e) => faults.push(e.to_string()),
                Ok(row) if row.iter().all(str::is_empty) => {}
                Ok(row) => parts.push(columns.part(&row, &mut faults)),
            }
        }
    }
    if faults.is_empty() { Ok(parts) } else { Err(PolicyCommandError::Content(faults.join("\n"))) }
}

struct Columns {
    name: Option<usize>,
    lead: Option<usize>,
    max_service: Option<usize>,
    inbound: Option<usize>,
    cost: Option<usize>,
    pooling: Option<usize>,
    sd: Option<usize>,
    z: Option<usize>,
    suppliers: Option<usize>,
}

impl Columns {
    fn missing(&self) -> Vec<String> {
        [
            ("stage_id", self.name),
            ("lead_time", self.lead),
            ("cost", self.cost),
            ("ext_demand_std", self.sd),
            ("up_stages", self.suppliers),
        ]
        .iter()
        .filter(|c| c.1.is_none())
        .map(|c| format!("line 1: there is no column `{}`: add it to the header", c.0))
        .collect()
    }

    fn part(&self, row: &csv::StringRecord, faults: &mut Vec<String>) -> Part {
        let line = row.position().map_or(0, csv::Position::line);
        let cell = |column: Option<usize>| column.and_then(|c| row.get(c)).filter(|t| !t.is_empty());
        let mut number = |column: Option<usize>, name: &str| {
            let text = cell(column)?;
            match text.parse::<f64>() {
                Ok(v) if v.is_finite() => Some(v),
                _ => {
                    faults.push(format!("line {line}: {name} is `{text}`: write a number"));
                    None
                }
            }
        };
        let mut part = Part::new(cell(self.name).unwrap_or_default(), 0.0, 0.0);
        part.lead = number(self.lead, "lead_time").unwrap_or(0.0);
        part.max_service = number(self.max_service, "max_s_time");
        part.inbound = number(self.inbound, "inbound_service_time").unwrap_or(0.0);
        part.added_cost = number(self.cost, "cost").unwrap_or(0.0);
        part.pooling = number(self.pooling, "risk_pool").unwrap_or(2.0);
        part.demand_sd = number(self.sd, "ext_demand_std").unwrap_or(0.0);
        part.z = number(self.z, "ext_demand_thres").unwrap_or(0.0);
        if part.name.is_empty() {
            faults.push(format!("line {line}: the stage has no name: write one in stage_id"));
        }
        if cell(self.lead).is_none() {
            faults.push(format!("line {line}: the stage has no lead_time: write a number"));
        }
        if part.demand_sd > 0.0 && cell(self.z).is_none() {
            faults.push(format!("line {line}: outside demand needs its safety factor: write ext_demand_thres"));
        }
        let cells: Vec<&str> =
            row.iter().skip(self.suppliers.unwrap_or(usize::MAX)).filter(|t| !t.is_empty()).collect();
        for pair in cells.chunks(2) {
            match (pair[0], pair.get(1).map(|q| q.parse::<f64>())) {
                (name, Some(Ok(quantity))) => part.suppliers.push(Supplier { name: name.into(), quantity }),
                (name, _) => faults.push(format!("line {line}: supplier `{name}` has no quantity: write `{name},1`")),
            }
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "stage_id,lead_time,max_s_time,cost,risk_pool,ext_demand_mean,ext_demand_std,ext_demand_thres,up_stages\n";

    #[test]
    fn ragged_rows_are_read() {
        let parts = parse(&format!("{HEAD}A,3,,1.5,2,,,\nB,2,0,4,,5,3,1.645,A,2\n")).unwrap();
        assert_eq!((parts[0].lead, parts[0].suppliers.len(), parts[0].max_service), (3.0, 0, None));
        assert_eq!(parts[1].suppliers, [Supplier { name: "A".into(), quantity: 2.0 }]);
        assert_eq!((parts[1].demand_sd, parts[1].z, parts[1].max_service), (3.0, 1.645, Some(0.0)));
    }

    #[test]
    fn all_faults_are_named_at_once() {
        let text = parse(&format!("{HEAD}A,x,,1,2,,,\n,1,,1,,,,,A\n")).unwrap_err().to_string();
        for part in ["line 2: lead_time", "line 3: the stage has no name", "`A` has no quantity"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(parse("a,b\n1,2\n").unwrap_err().to_string().contains("`stage_id`"));
    }
}
