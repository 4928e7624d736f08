//! Maximum-capture files of the HM14 family: `N D E` (customers, sites, rivals), N demands, then E + D lines of N
//! negative costs, the rivals first. A file may hold several such blocks.

use super::text::{Fault, Text};
use crate::placement::capture::Problem;
use std::path::Path;

/// How utilities follow from costs: own −β·|c|, rivals −α·β·|k|.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Factor of the rivals' costs.
    pub alpha: f64,
    /// Sensitivity to costs.
    pub beta: f64,
    /// Number of sites to open.
    pub count: usize,
    /// Which block of the file, from 1.
    pub block: usize,
}

/// Reads a block of a file.
pub fn read(file: &Path, reading: Reading) -> Result<Problem, Fault> {
    parse(&mut Text::read(file)?, reading)
}

/// Parses a text.
pub fn parse(text: &mut Text, reading: Reading) -> Result<Problem, Fault> {
    let mut block = 1;
    loop {
        let n = text.whole("the number of customers", 1, 10_000_000)? as usize;
        let sites = text.whole("the number of sites", 1, 100_000)? as usize;
        let rivals = text.whole("the number of rivals", 1, 100_000)? as usize;
        if (sites + rivals).saturating_mul(n) > 100_000_000 {
            return Err(text.fault("there are more than 100 million costs"));
        }
        let demand: Vec<f64> = (0..n).map(|_| positive(text)).collect::<Result<_, _>>()?;
        let wanted = block == reading.block;
        let mut utility = vec![0.0; if wanted { sites * n } else { 0 }];
        let mut rival = vec![Vec::with_capacity(rivals); if wanted { n } else { 0 }];
        for line in 0..rivals + sites {
            for j in 0..n {
                let cost = text.real("a cost")?.abs();
                if !wanted {
                } else if line < rivals {
                    rival[j].push(-reading.alpha * reading.beta * cost);
                } else {
                    utility[j * sites + line - rivals] = -reading.beta * cost;
                }
            }
        }
        if wanted {
            let problem = Problem::logit(sites, &utility, &rival, demand, reading.count);
            return problem.map_err(|e| text.fault(e.to_string()));
        }
        if text.at_end() {
            return Err(text.fault(format!("the file has {block} blocks, block {} was asked for", reading.block)));
        }
        block += 1;
    }
}

fn positive(text: &mut Text) -> Result<f64, Fault> {
    let demand = text.real("a demand")?;
    if demand < 0.0 {
        return Err(text.fault(format!("a demand is negative: {demand}")));
    }
    Ok(demand)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(s: &str, block: usize) -> Result<Problem, Fault> {
        let mut text = Text::from_bytes(Path::new("x"), s.as_bytes().to_vec()).unwrap();
        parse(&mut text, Reading { alpha: 0.5, beta: 2.0, count: 1, block })
    }

    #[test]
    fn rivals_come_first() {
        let p = read("2 1 1\n1 1\n-4 -2\n-1 -3\n", 1).unwrap();
        assert!((p.row(0)[0] - (4.0f64 - 2.0).exp()).abs() < 1e-12);
        assert!((p.row(1)[0] - (2.0f64 - 6.0).exp()).abs() < 1e-12);
    }

    #[test]
    fn faults_name_the_line() {
        for (s, block, line) in [
            ("2 1 1\n1 1\n-4 -2\n-1\n", 1, 5),
            ("1 1 1\n-1\n", 1, 2),
            ("1 1 1\n1\n2\nx\n", 1, 4),
            ("1 1 1\n1\n2\n3\n", 2, 5),
        ] {
            assert_eq!(read(s, block).unwrap_err().line, line, "{s:?}");
        }
    }
}
