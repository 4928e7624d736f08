//! Routing instances of every public format in one form, and their problems under a rounding rule.

use super::Fault;
use crate::routing::matrix::{LARGEST_ARC, Matrix};
use crate::routing::measure::{Cost, Duration, Load};
use crate::routing::{Data, Goal, Kind, Node, Problem, Request};
use std::path::PathBuf;

/// How distances become whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// To the nearest whole number (TSPLIB, the X instances).
    Nint,
    /// Not at all: as many decimals as fit, far below what any answer prints.
    Exact,
    /// Cut off behind one decimal (the DIMACS challenge).
    Dimacs,
}

/// Where distances come from.
#[derive(Clone, Debug)]
pub enum Places {
    /// Euclidean distances between points.
    Points(Vec<[f64; 2]>),
    /// A table by rows.
    Table(Vec<f64>),
}

/// A place with what is wanted there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Customer {
    /// Delivered from the depot, or picked up here (Li & Lim: below zero where it is delivered).
    pub demand: i64,
    /// Earliest and latest start of service.
    pub window: Option<(f64, f64)>,
    /// Duration of service.
    pub service: f64,
    /// Node that delivers what is picked up here.
    pub delivery: Option<usize>,
}

/// A file's content; node 0 is the depot.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The file, for faults.
    pub file: PathBuf,
    /// Distances.
    pub places: Places,
    /// By node.
    pub customers: Vec<Customer>,
    /// Capacity of a vehicle.
    pub capacity: i64,
    /// Number of vehicles, when the file limits it.
    pub vehicles: Option<usize>,
}

/// Largest number of nodes: the table of distances must fit into memory.
pub const NODES: i64 = 12_000;

impl Instance {
    /// The unrounded distance between two nodes.
    pub fn distance(&self, from: usize, to: usize) -> f64 {
        match &self.places {
            Places::Points(p) => f64::hypot(p[from][0] - p[to][0], p[from][1] - p[to][1]),
            Places::Table(table) => table[from * self.customers.len() + to],
        }
    }

    /// One unit of the file in units of the problem.
    pub fn scale(&self, round: Round) -> i64 {
        match round {
            Round::Nint => 1,
            Round::Dimacs => 10,
            Round::Exact => {
                // Rounded up: what is in time in whole numbers is in time.
                let n = self.customers.len();
                let longest = (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).map(|(i, j)| self.distance(i, j));
                let longest = longest.fold(1.0, f64::max);
                let mut scale = 1_000_000;
                while scale > 1 && longest * scale as f64 >= LARGEST_ARC as f64 {
                    scale /= 10;
                }
                scale
            }
        }
    }

    /// The unrounded length of tours that start and end at the depot.
    pub fn length<'a>(&self, tours: impl Iterator<Item = &'a [usize]>) -> f64 {
        let legs = |tour: &[usize]| -> f64 {
            let stops: Vec<_> = [0].iter().chain(tour).chain(&[0]).copied().collect();
            stops.windows(2).map(|w| self.distance(w[0], w[1])).sum()
        };
        tours.map(legs).sum()
    }

    /// Drives tours through the file's own numbers: every customer once, capacity, precedence, and windows with rounding's
    /// slack of a unit for each arc. The error says what does not hold.
    pub fn drive(&self, tours: &[Vec<usize>], round: Round) -> Result<(), String> {
        let slack = match round {
            Round::Nint => 0.5,
            Round::Dimacs => 0.1,
            Round::Exact => 1e-9,
        };
        let mut visits = vec![0usize; self.customers.len()];
        for (number, tour) in tours.iter().enumerate() {
            let paired = self.customers.iter().any(|c| c.delivery.is_some());
            let whole: i64 = tour.iter().map(|&v| self.customers[v].demand).sum();
            let mut aboard = if paired { 0 } else { whole };
            let (mut here, mut clock) = (0, self.customers[0].window.map_or(0.0, |w| w.0));
            for (k, &next) in tour.iter().chain([&0]).enumerate() {
                clock += self.customers[here].service + self.distance(here, next);
                if let Some((ready, due)) = self.customers[next].window {
                    if clock > due + slack * (k + 1) as f64 {
                        return Err(format!("tour {number} reaches node {next} at {clock}, after {due}"));
                    }
                    clock = clock.max(ready);
                }
                if !(0..=self.capacity).contains(&aboard) {
                    return Err(format!(
                        "tour {number} carries {aboard} before node {next}, not 0 to {}",
                        self.capacity
                    ));
                }
                aboard += if paired { self.customers[next].demand } else { -self.customers[next].demand };
                let delivery = self.customers[next].delivery;
                if delivery.is_some_and(|d| !tour[k..].contains(&d)) {
                    return Err(format!("tour {number} does not deliver what it picks up at node {next}"));
                }
                here = next;
                visits[next] += 1;
            }
        }
        match (1..visits.len()).find(|&v| visits[v] != 1) {
            Some(v) => Err(format!("node {v} is visited {} times", visits[v])),
            None if self.vehicles.is_some_and(|v| v < tours.len()) => Err(format!("{} vehicles are used", tours.len())),
            None => Ok(()),
        }
    }

    /// The problem under a rounding rule.
    pub fn problem(&self, round: Round, goal: Goal) -> Result<Problem, Fault> {
        let fault = |reason: String| Fault { file: self.file.clone(), line: 0, reason };
        let n = self.customers.len();
        let scale = self.scale(round) as f64;
        let whole = |d: f64| match round {
            Round::Nint => d.round(),
            Round::Dimacs => (d * scale + 1e-9).floor(),
            Round::Exact => (d * scale - 1e-6).ceil(),
        };
        let table: Vec<i64> = (0..n * n).map(|k| whole(self.distance(k / n, k % n)) as i64).collect();
        let matrix = Matrix::new(n, &table, None).map_err(fault)?;
        let time = |t: f64| Duration::new((t * scale).round() as i64);
        let untimed = self.customers.iter().all(|c| c.window.is_none());
        let node = |c: &Customer| {
            let (ready, due) = c.window.unwrap_or((0.0, 0.0));
            let due = if c.window.is_none() { Duration::LARGEST } else { time(due) };
            Node { ready: time(ready), due, service: if untimed { Duration::ZERO } else { time(c.service) } }
        };
        let paired = self.customers.iter().any(|c| c.delivery.is_some());
        let requests = (1..n).filter_map(|i| {
            let c = &self.customers[i];
            let load = Load::new(c.demand);
            match c.delivery {
                Some(delivery) => Some(Request { pickup: Some(i), delivery, load }),
                None if paired => None,
                None => Some(Request { pickup: None, delivery: i, load }),
            }
        });
        let kind = Kind {
            count: self.vehicles.unwrap_or(n.max(2) - 1),
            capacity: Load::new(self.capacity),
            start: 0,
            end: 0,
            fixed: Cost::ZERO,
            rate: 1,
        };
        let nodes = self.customers.iter().map(node).collect();
        let data =
            Data { matrix, nodes, requests: requests.collect(), fleet: vec![kind], goal, lifo: false, judge: None };
        Problem::new(data).map_err(|e| fault(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::instances::{Text, lilim, solomon, vrplib};
    use std::path::Path;

    const CVRP: &str = "NAME : a\nTYPE : CVRP\nDIMENSION : 4\nEDGE_WEIGHT_TYPE : EUC_2D\nCAPACITY : 5\nNODE_COORD_SECTION\n1 0 0\n2 3 4\n3 0 1.6\n4 -1 0\nDEMAND_SECTION\n1 0\n2 2\n3 3\n4 4\nDEPOT_SECTION\n1\n-1\nEOF\n";
    const SOLOMON: &str = "C1\n\nVEHICLE\nNUMBER     CAPACITY\n  2  10\n\nCUSTOMER\nCUST NO.  XCOORD.\n\n0 0 0 0 0 100 0\n1 3 4 10 0 9 5\n2 0 5 1 20 30 5\n";
    const LILIM: &str = "2\t10\t1\n0 0 0 0 0 100 0 0 0\n1 3 4 5 0 50 2 0 2\n2 0 5 -5 0 60 2 1 0\n";

    fn read(family: &str, content: &str) -> Result<Instance, Fault> {
        let file = Path::new("x.txt");
        let mut text = Text::from_bytes(file, content.as_bytes().to_vec()).unwrap();
        match family {
            "vrplib" => vrplib::parse(file, &mut text),
            "solomon" => solomon::parse(file, &mut text),
            _ => lilim::parse(file, &mut text),
        }
    }

    #[test]
    fn the_rules_round_as_they_say() {
        let instance = read("vrplib", CVRP).unwrap();
        let leg = |round, to| instance.problem(round, Goal::Cost).unwrap().data().matrix.distance(0, to).get();
        assert_eq!([leg(Round::Nint, 1), leg(Round::Nint, 2)], [5, 2]);
        assert_eq!([leg(Round::Dimacs, 1), leg(Round::Dimacs, 2)], [50, 16]);
        assert_eq!([leg(Round::Exact, 1), leg(Round::Exact, 2)], [5_000_000, 1_600_000]);
        assert!((instance.length([&[1, 2][..]].into_iter()) - (5.0 + 1.6 + f64::hypot(3.0, 2.4))).abs() < 1e-12);
    }

    #[test]
    fn tables_of_distances_are_read() {
        let s = "TYPE : CVRP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EXPLICIT\nEDGE_WEIGHT_FORMAT : LOWER_ROW\nCAPACITY : 5\nEDGE_WEIGHT_SECTION\n7\n8 9\nDEMAND_SECTION\n1 0\n2 1\n3 1\nEOF\n";
        let instance = read("vrplib", s).unwrap();
        assert_eq!([instance.distance(0, 1), instance.distance(0, 2), instance.distance(2, 1)], [7.0, 8.0, 9.0]);
    }

    #[test]
    fn a_files_own_numbers_refuse_wrong_tours() {
        let late = SOLOMON.replacen("0 9 5", "0 4 5", 1);
        let checks: [(&str, &str, &[&[usize]], Option<&str>); 9] = [
            ("vrplib", CVRP, &[&[1, 2], &[3]], None),
            ("vrplib", CVRP, &[&[1, 3], &[2]], Some("carries 6")),
            ("vrplib", CVRP, &[&[1, 2]], Some("node 3 is visited 0")),
            ("solomon", SOLOMON, &[&[1], &[2]], None),
            ("solomon", &late, &[&[1], &[2]], Some("after 4")),
            ("solomon", SOLOMON, &[&[1, 2]], Some("carries 11")),
            ("lilim", LILIM, &[&[1, 2]], None),
            ("lilim", LILIM, &[&[2, 1]], Some("carries -5")),
            ("lilim", LILIM, &[&[1], &[2]], Some("does not deliver")),
        ];
        for (family, content, tours, word) in checks {
            let tours: Vec<_> = tours.iter().map(|t| t.to_vec()).collect();
            let answer = read(family, content).unwrap().drive(&tours, Round::Exact);
            assert_eq!(answer.is_err(), word.is_some(), "{tours:?}: {answer:?}");
            let why = answer.err().unwrap_or_default();
            assert!(why.contains(word.unwrap_or("")), "{tours:?}: {why}");
        }
    }

    #[test]
    fn faults_name_the_line() {
        let cut = |s: &str, from: &str, to: &str| s.replacen(from, to, 1);
        for (family, s, line, word) in [
            ("vrplib", cut(CVRP, "2 3 4", "2 x 4"), 8, "x is not a finite number"),
            ("vrplib", cut(CVRP, "3 0 1.6", "2 0 1.6"), 9, "stands twice"),
            ("vrplib", cut(CVRP, "CAPACITY : 5\n", ""), 19, "CAPACITY is missing"),
            ("vrplib", cut(CVRP, "TYPE : CVRP", "TYPE : TSP"), 2, "TYPE is TSP"),
            ("vrplib", cut(CVRP, "DIMENSION : 4", "DIMENSION : 0"), 3, "DIMENSION"),
            ("vrplib", cut(CVRP, "EUC_2D", "GEO"), 4, "GEO"),
            ("solomon", cut(SOLOMON, "1 3 4", "3 3 4"), 11, "customer 3"),
            ("solomon", cut(SOLOMON, "20 30", "30 20"), 12, "window 30 to 20"),
            ("lilim", cut(LILIM, "2 1 0", "2 0 0"), 4, "either a pickup or a delivery"),
            ("lilim", cut(LILIM, "5 -5", "5 -4"), 3, "opposite demands"),
            ("lilim", "2 10 1\n0 0 0 0 0 1 0 0 0\n".into(), 3, "no requests"),
        ] {
            let fault = read(family, &s).unwrap_err();
            assert!(fault.reason.contains(word), "{word}: {fault}");
            assert_eq!(fault.line, line, "{fault}");
        }
        let heavy = read("vrplib", &cut(CVRP, "4 4\n", "4 9\n")).unwrap().problem(Round::Nint, Goal::Cost);
        assert!(heavy.unwrap_err().reason.contains("size 9"));
    }
}
