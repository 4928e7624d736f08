//! `forecourt study`: thousands of what-ifs from one file.

use super::exit;
use super::session::stop_on_signals;
use super::terminal::{Terminal, print, say};
use crate::io::results::{Hold, Stage, folder::may_write, table};
use crate::lp::Stop;
use crate::planning::{Error, Options};
use crate::progress::Observer;
use crate::study::design::{self, Layout, Study};
use crate::study::points::{self, Place, Point};
use crate::study::report::{self, Collector};
use crate::study::store::Store;
use crate::study::task::{self, Base, TaskError, Worked};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Points read between two looks at the whole.
const CHUNK: usize = 512;

#[derive(Debug, clap::Args)]
pub(super) struct StudyArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Works all points that are not worked yet, and writes the comparison.
    Run(Common),
    /// Works every N-th point from the K-th on (K/N; without it, the task of a Slurm job array), for one of many machines.
    Shard(Shard),
    /// Writes the comparison of what all shards have worked.
    Merge(Common),
    /// Says how many points are worked.
    Status(Common),
}

#[derive(Debug, clap::Args)]
struct Common {
    /// The study's file.
    study: PathBuf,
    /// Folder of the comparison; worked points are kept beside it, under the same name with `.store` [default: results/ and
    /// the file's name].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads [default: one per core]; no answer depends on it.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Print the comparison as one JSON object on stdout.
    #[arg(long)]
    json: bool,
    /// No progress on stderr.
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, clap::Args)]
struct Shard {
    #[command(flatten)]
    common: Common,
    /// Which part of how many, 3/7 for example.
    #[arg(long, value_name = "K/N", value_parser = part)]
    part: Option<(usize, usize)>,
}

fn part(text: &str) -> Result<(usize, usize), String> {
    let split = text.split_once('/').and_then(|(k, n)| Some((k.trim().parse().ok()?, n.trim().parse().ok()?)));
    match split {
        Some((k, n)) if k >= 1 && k <= n => Ok((k, n)),
        _ => Err("a part like 3/7 is wanted, from 1/N to N/N".into()),
    }
}

/// The part that a Slurm job array gives this task.
fn slurm() -> Option<(usize, usize)> {
    let whole = |name: &str| std::env::var(name).ok()?.parse::<usize>().ok();
    let (id, first, count) =
        (whole("SLURM_ARRAY_TASK_ID")?, whole("SLURM_ARRAY_TASK_MIN")?, whole("SLURM_ARRAY_TASK_COUNT")?);
    (id >= first && id - first < count).then(|| (id - first + 1, count))
}

pub(super) fn run(args: &StudyArgs) -> u8 {
    let done = match &args.what {
        What::Run(common) => Desk::open(common).and_then(|d| d.work(1, 1)?.compare()),
        What::Shard(shard) => {
            let (k, n) = shard.part.or_else(slurm).unwrap_or((1, 1));
            Desk::open(&shard.common).and_then(|d| d.work(k, n).map(|_| exit::DONE))
        }
        What::Merge(common) => Desk::open(common).and_then(Desk::compare),
        What::Status(common) => Desk::open(common).and_then(|d| d.status()),
    };
    done.unwrap_or_else(|code| code)
}

/// A study with everything its points need.
struct Desk {
    study: Study,
    list: Option<Vec<Vec<Place>>>,
    base: Base,
    options: Options,
    store: Store,
    out: PathBuf,
    json: bool,
    watch: Terminal,
    began: Instant,
    hash: String,
}

impl Desk {
    fn open(common: &Common) -> Result<Self, u8> {
        super::steps::set_threads(common.threads);
        let bad = |text: &str| {
            say(text);
            exit::BAD_INPUT
        };
        let study = design::read(&common.study).map_err(|faults| {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            bad(&lines.join("\n"))
        })?;
        let list = match &study.layout {
            Layout::List(path) => Some(points::list(&study, path).map_err(|e| bad(&e.to_string()))?),
            _ => None,
        };
        let base = Base::open(&study);
        // The base must stand by itself: its options are those of every point that does not change them.
        let scenario = base.judge().map_err(|f| bad(f.to_string().trim_end()))?;
        let settings = &scenario.settings.simulation;
        let options = Options {
            seed: study.seed.unwrap_or(settings.seed),
            replications: study.replications.unwrap_or(settings.replications),
            precision: None,
            threads: Some(1),
            seconds: None,
            stop: stop_on_signals(),
        };
        let out = common.out.clone().unwrap_or_else(|| PathBuf::from("results").join(&study.id));
        may_write(&out).map_err(|e| {
            say(&format!("forecourt: {e}"));
            exit::CANNOT_WRITE
        })?;
        let mut name = out.file_name().unwrap_or_default().to_os_string();
        name.push(".store");
        let store = Store::at(&out.with_file_name(name)).map_err(|e| {
            say(&format!("forecourt: {e}"));
            exit::CANNOT_WRITE
        })?;
        let hash = crate::io::results::provenance::file_digest(&common.study);
        let (watch, began) = (Terminal::new(common.quiet), Instant::now());
        Ok(Self { study, list, base, options, store, out, json: common.json, watch, began, hash })
    }

    fn stop(&self) -> &Stop {
        &self.options.stop
    }

    fn count(&self) -> usize {
        points::count(&self.study, self.list.as_deref())
    }

    fn point(&self, index: usize) -> Point {
        points::point(&self.study, self.list.as_deref(), index)
    }

    /// Works the points `k`, `k + n`, … (from 1). The first that cannot be worked ends the run.
    fn work(self, k: usize, n: usize) -> Result<Self, u8> {
        let mine: Vec<usize> = (k - 1..self.count()).step_by(n).collect();
        self.watch.stage("study", mine.len() as u64);
        // Plain threads take the points, in their order: a thread of the pool that waits for a part of its point would begin
        // another point meanwhile, and upon that another, until its stack ends.
        let (next, failed) = (AtomicUsize::new(0), Mutex::new(None::<(usize, TaskError)>));
        let failure = || failed.lock().unwrap_or_else(PoisonError::into_inner);
        let take = || {
            while failure().is_none()
                && let Some(&index) = mine.get(next.fetch_add(1, Ordering::Relaxed))
            {
                match self.one(index) {
                    Ok(()) => self.watch.advance(1),
                    Err(error) => {
                        let mut first = failure();
                        if first.as_ref().is_none_or(|f| index < f.0) {
                            *first = Some((index, error));
                        }
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..rayon::current_num_threads().min(mine.len()) {
                scope.spawn(take);
            }
        });
        if let Some((index, error)) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(self.failed(index, &error));
        }
        self.watch.finish();
        Ok(self)
    }

    fn one(&self, index: usize) -> Result<(), TaskError> {
        if self.stop().raised() {
            return Err(TaskError::Step(Error::Stopped));
        }
        task::work(&self.base, &self.study, &self.point(index), &self.options, &self.store).map(|_| ())
    }

    fn failed(&self, index: usize, error: &TaskError) -> u8 {
        self.watch.finish();
        let point = self.point(index);
        let at: Vec<String> =
            self.study.axes.iter().zip(&point.places).map(|(a, p)| format!("{} = {}", a.name, a.shown(p))).collect();
        match error {
            TaskError::Step(Error::Stopped) => {
                say("stopped on request; what was worked is kept, the same command goes on from here");
                exit::INTERRUPTED
            }
            TaskError::Scenario(faults) => {
                say(faults.to_string().trim_end());
                say(&format!("point {} ({}) is no sound scenario", index + 1, at.join(", ")));
                exit::BAD_INPUT
            }
            TaskError::Step(e) => {
                say(&format!("forecourt: point {} ({}): {e}", index + 1, at.join(", ")));
                exit::of(e)
            }
            TaskError::Store(e) => {
                say(&format!("forecourt: {e}; free some space, what was worked is kept"));
                exit::CANNOT_WRITE
            }
        }
    }

    fn worked(&self, point: &Point) -> Option<Worked> {
        self.store.read("points", &task::key(&self.base, &self.study, point, &self.options))
    }

    fn status(&self) -> Result<u8, u8> {
        let there =
            |&i: &usize| self.store.has("points", &task::key(&self.base, &self.study, &self.point(i), &self.options));
        let all = self.count();
        let done = (0..all).into_par_iter().filter(there).count();
        let text = if self.json {
            format!("{}\n", json!({"points": all, "worked": done, "missing": all - done}))
        } else {
            format!("{done} of {all} points are worked\n")
        };
        Ok(print(&text))
    }

    /// Reads every point and writes the comparison.
    fn compare(self) -> Result<u8, u8> {
        let mut collector = Collector::new(&self.study);
        let mut rows = vec![report::header(&self.study)];
        let mut missing = Vec::new();
        for from in (0..self.count()).step_by(CHUNK) {
            let indexes: Vec<usize> = (from..self.count().min(from + CHUNK)).collect();
            let read: Vec<(Point, Option<Worked>)> = indexes
                .into_par_iter()
                .map(|i| {
                    let point = self.point(i);
                    let worked = self.worked(&point);
                    (point, worked)
                })
                .collect();
            for (point, worked) in read {
                match worked {
                    Some(worked) => {
                        collector.add(&point, &worked);
                        rows.push(report::row(&self.study, &point, &worked));
                    }
                    None => missing.push(point.index + 1),
                }
            }
        }
        if !missing.is_empty() {
            let few: Vec<String> = missing.iter().take(5).map(ToString::to_string).collect();
            let more = if missing.len() > 5 { ", …" } else { "" };
            say(&format!(
                "{} of {} points are not worked yet ({}{more}): `forecourt study run` works them",
                missing.len(),
                self.count(),
                few.join(", ")
            ));
            return Err(exit::LIMIT);
        }
        let summary = self.summary(&collector);
        self.write(rows, &collector, &summary)?;
        let text = if self.json { format!("{summary}\n") } else { self.told(&collector) };
        Ok(print(&text))
    }

    fn summary(&self, collector: &Collector) -> Value {
        let (planned, without) = collector.counts();
        let shown = |index: usize| -> Value {
            let point = self.point(index);
            let pairs = self.study.axes.iter().zip(&point.places).map(|(a, p)| (a.name.clone(), json!(a.shown(p))));
            Value::Object(pairs.collect())
        };
        let ranking: Vec<Value> = collector
            .ranking()
            .iter()
            .map(|r| {
                json!({"point": r.index + 1, "axes": shown(r.index), "profit": r.profit, "behind": r.behind.mean,
                       "behind_low": r.behind.low(), "behind_high": r.behind.high()})
            })
            .collect();
        let effects: Vec<Value> = collector
            .effects()
            .iter()
            .map(|e| json!({"axis": e.axis, "width": e.width, "profit_by_value": e.by_value}))
            .collect();
        let regrets: Vec<Value> = collector
            .regrets()
            .iter()
            .take(50)
            .map(|r| json!({"decision": r.decision, "regret": r.regret, "worst_world": r.world, "mean_profit": r.mean}))
            .collect();
        json!({
            "study": self.study.id, "points": self.count(), "with_plan": planned, "without_plan": without,
            "replications": self.options.replications, "seed": self.options.seed, "repeatable": true,
            "best_is_best_with_probability": collector.sure(), "ranking": ranking, "effects": effects,
            "front": collector.front().iter().map(|i| i + 1).collect::<Vec<_>>(), "regrets": regrets,
        })
    }

    fn write(&self, rows: Vec<Vec<String>>, collector: &Collector, summary: &Value) -> Result<(), u8> {
        let unwritable = |e: &dyn std::fmt::Display| {
            say(&format!("forecourt: {e}"));
            exit::CANNOT_WRITE
        };
        let _hold = Hold::take(&self.out).map_err(|e| unwritable(&e))?;
        let mut stage = Stage::new();
        stage.start_fresh();
        stage.put("points.csv", table::text(rows).into_bytes());
        let mut effects = vec![["axis", "value", "profit_mean"].map(String::from).to_vec()];
        for e in collector.effects() {
            effects.extend(e.by_value.iter().map(|(v, p)| vec![e.axis.clone(), v.clone(), p.to_string()]));
        }
        stage.put("effects.csv", table::text(effects).into_bytes());
        let mut text = serde_json::to_string_pretty(summary).unwrap_or_default();
        text.push('\n');
        stage.put("study.json", text.into_bytes());
        let made = json!({
            "program": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION"), "results_format": 1},
            "study_sha256": self.hash, "semantics": crate::study::SEMANTICS,
            "run": {"seconds_total": (self.began.elapsed().as_secs_f64() * 1e3).round() / 1e3},
        });
        let mut made = serde_json::to_string_pretty(&made).unwrap_or_default();
        made.push('\n');
        stage.put("provenance.json", made.into_bytes());
        stage.commit(&self.out).map_err(|e| unwritable(&e))
    }

    /// The comparison on a terminal.
    fn told(&self, collector: &Collector) -> String {
        let (planned, without) = collector.counts();
        let mut text = format!("{} points, {planned} with a plan, {without} without\n", self.count());
        let _ = writeln!(text, "best plans by yearly profit, million (less the first, run by run, 95 %):");
        for r in collector.ranking().iter().take(10) {
            let point = self.point(r.index);
            let at: Vec<String> =
                self.study.axes.iter().zip(&point.places).map(|(a, p)| format!("{} {}", a.name, a.shown(p))).collect();
            let apart = format!("{:.3} ± {:.3}", r.behind.mean / 1e6, r.behind.half / 1e6);
            let _ = writeln!(text, "{:>14.3} {apart:>22}  {}", r.profit / 1e6, at.join(", "));
        }
        let _ = writeln!(text, "the first is best with probability at least {:.4}", collector.sure());
        let _ = writeln!(text, "what each axis moves (largest less smallest mean profit, million):");
        for e in collector.effects() {
            let values: Vec<String> = e.by_value.iter().map(|(v, p)| format!("{v}: {:.3}", p / 1e6)).collect();
            let _ = writeln!(text, "{:>14.3}  {} ({})", e.width / 1e6, e.axis, values.join(", "));
        }
        let front: Vec<String> = collector.front().iter().take(20).map(|i| (i + 1).to_string()).collect();
        let _ = writeln!(text, "not beaten on profit, service and capital together: points {}", front.join(", "));
        if let Some(r) = collector.regrets().first() {
            let _ = writeln!(
                text,
                "most robust decision: {} (at worst {:.3} million behind the best, in the world {})",
                r.decision.join(", "),
                r.regret / 1e6,
                r.world.join(", ")
            );
        }
        let _ = writeln!(text, "results: {}", shown(&self.out));
        text
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_whole() {
        assert_eq!((part("1/1"), part(" 3 / 7 ")), (Ok((1, 1)), Ok((3, 7))));
        for wrong in ["0/3", "4/3", "3", "a/b", "1/0"] {
            assert!(part(wrong).is_err(), "{wrong}");
        }
    }
}
