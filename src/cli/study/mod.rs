//! `forecourt study`: thousands of what-ifs from one file.

mod best;
mod comparison;
mod effort;
mod part;
mod query;
mod submit;

use super::exit;
use super::session::stop_on_signals;
use super::terminal::{Terminal, print, say};
use crate::digest::sha256;
use crate::io::results::folder::may_write;
use crate::planning::{Changes, Error, Options};
use crate::progress::Observer;
use crate::scenario::Scenario;
use crate::study::crew;
use crate::study::design::{self, Layout, Study};
use crate::study::page::Title;
use crate::study::points::{self, Place, Point};
use crate::study::store::{Kind, Part, Store};
use crate::study::task::{self, Base, Keys, TaskError};
use effort::{Board, Effort};
use rayon::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Points whose keys are known at a time.
const CHUNK: usize = 4_096;

#[derive(Debug, clap::Args)]
pub(super) struct StudyArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Works all points that are not worked yet, and writes the comparison.
    Run(Common),
    /// Works every N-th point from the K-th on, for one of many machines: said by --part, or by the engine whose task it is.
    Shard(Shard),
    /// Writes the comparison of what all shards have worked.
    Merge(Common),
    /// Hands the study to a cluster's engine: an array of shards, and the comparison when all are done.
    Submit(submit::SubmitArgs),
    /// Says how many points are worked.
    Status(Common),
    /// Finds the best decision with a probability: those clearly behind are left out, the others simulated further.
    Best(best::Best),
    /// Answers a question in SQL from the comparison's tables (points, runs, ranking, effects, front, regrets).
    Query(query::Query),
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
    #[arg(long, value_name = "K/N", value_parser = part::part)]
    part: Option<(usize, usize)>,
    /// Of how many parts this task of an engine works one: the task's number is HQ_TASK_ID or SLURM_ARRAY_TASK_ID (from 1), or
    /// JOB_COMPLETION_INDEX (from 0). A whole Slurm array can do without.
    #[arg(long, value_name = "N", conflicts_with = "part", value_parser = clap::value_parser!(u32).range(1..))]
    of: Option<u32>,
}

pub(super) fn run(args: &StudyArgs) -> u8 {
    let done = match &args.what {
        What::Run(common) => Desk::open(common).and_then(|d| {
            let keys = d.work(1, 1)?;
            let code = d.compare(Some(keys))?;
            d.tell_effort();
            Ok(code)
        }),
        What::Shard(shard) => part::mine(shard.part, shard.of).and_then(|(k, n)| {
            let desk = Desk::for_part(&shard.common, Some((k, n)))?;
            desk.work(k, n)?;
            desk.tell_effort();
            Ok(exit::DONE)
        }),
        What::Merge(common) => Desk::open(common).and_then(|d| d.compare(None)),
        What::Submit(args) => {
            sound(&args.study).and_then(|s| submit::run(args, &s.0.id, points::count(&s.0, s.1.as_deref())))
        }
        What::Status(common) => Desk::open(common).and_then(|d| d.status()),
        What::Best(best) => Desk::open(&best.common).and_then(|d| d.best(best)),
        What::Query(query) => Ok(query::run(query)),
    };
    done.unwrap_or_else(|code| code)
}

/// A study, its list of points if it has one, and its base, all without fault.
fn sound(file: &Path) -> Result<(Study, Option<Vec<Vec<Place>>>, Base, Scenario), u8> {
    let bad = |text: &str| {
        say(text);
        exit::BAD_INPUT
    };
    let study = design::read(file).map_err(|faults| {
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
    Ok((study, list, base, scenario))
}

/// The folder of the comparison: the one that is given, or results/ and the study's name.
fn folder(given: Option<&Path>, id: impl AsRef<Path>) -> PathBuf {
    given.map_or_else(|| Path::new("results").join(id), Path::to_path_buf)
}

/// What stands beside that folder, under the same name with an ending.
fn beside(folder: &Path, ending: &str) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_os_string();
    name.push(ending);
    folder.with_file_name(name)
}

/// A study with everything its points need.
struct Desk {
    study: Study,
    title: Title,
    list: Option<Vec<Vec<Place>>>,
    base: Base,
    options: Options,
    store: Store,
    out: PathBuf,
    json: bool,
    watch: Terminal,
    effort: Effort,
    hash: String,
}

impl Desk {
    fn open(common: &Common) -> Result<Self, u8> {
        Self::for_part(common, None)
    }

    /// With what a part of so many needs.
    fn for_part(common: &Common, part: Option<(usize, usize)>) -> Result<Self, u8> {
        super::steps::set_threads(common.threads);
        let effort = Effort::new();
        let (study, list, base, scenario) = sound(&common.study)?;
        let settings = &scenario.settings.simulation;
        let options = Options {
            seed: study.seed.unwrap_or(settings.seed),
            replications: study.replications.unwrap_or(settings.replications),
            precision: study.precision,
            threads: Some(1),
            seconds: None,
            stop: stop_on_signals(),
        };
        let out = folder(common.out.as_deref(), &study.id);
        may_write(&out).map_err(|e| {
            say(&format!("forecourt: {e}"));
            exit::CANNOT_WRITE
        })?;
        let hash = crate::io::results::provenance::file_digest(&common.study);
        // Which points a part has depends on the rows of a list, too.
        let rows = match &study.layout {
            Layout::List(path) => crate::io::results::provenance::file_digest(path),
            _ => String::new(),
        };
        let part = part.map(|(k, n)| Part { study: sha256(format!("{hash}{rows}")), k, n });
        let store = Store::at(&beside(&out, ".store"), part).map_err(|e| {
            say(&format!("forecourt: {e}"));
            exit::CANNOT_WRITE
        })?;
        let watch = Terminal::new(common.quiet);
        Ok(Self {
            study,
            title: Title::of(&scenario),
            list,
            base,
            options,
            store,
            out,
            json: common.json,
            watch,
            effort,
            hash,
        })
    }

    fn count(&self) -> usize {
        points::count(&self.study, self.list.as_deref())
    }

    fn point(&self, index: usize) -> Point {
        points::point(&self.study, self.list.as_deref(), index)
    }

    /// Where the axes stand at a point.
    fn named(&self, index: usize) -> String {
        let point = self.point(index);
        let at = self.study.shown(&point).map(|(axis, value)| format!("{} = {value}", axis.name));
        at.collect::<Vec<_>>().join(", ")
    }

    /// Works the points of part `k` (from 1) of `n` that are not worked yet; the keys of all of them. The first that cannot be
    /// worked ends the run.
    fn work(&self, k: usize, n: usize) -> Result<Vec<String>, u8> {
        let mine: Vec<usize> = (0..self.count()).filter(|&i| points::part(&self.study, i, n) == k - 1).collect();
        self.watch.stage("study", mine.len() as u64);
        let (mut all, mut start, board) = (Vec::with_capacity(mine.len()), None, Board::new());
        for chunk in mine.chunks(CHUNK) {
            let keyed: Vec<(Point, Keys)> = chunk
                .par_iter()
                .map(|&index| {
                    let point = self.point(index);
                    let keys = task::keys(&self.base, &self.study, &point, &self.options);
                    (point, keys)
                })
                .collect();
            all.extend(keyed.iter().map(|(_, keys)| keys.point.clone()));
            // Points with one placement: the first finds it, the others follow.
            let mut groups: BTreeMap<String, Vec<(Point, Keys)>> = BTreeMap::new();
            for (point, keys) in keyed {
                if self.store.has(Kind::Point, &keys.point) {
                    self.watch.advance(1);
                } else {
                    groups.entry(keys.placement.clone()).or_default().push((point, keys));
                }
            }
            if groups.is_empty() {
                continue;
            }
            if start.is_none() {
                start = Some(self.start()?);
            }
            let start = start.as_ref().and_then(Option::as_ref);
            let mut groups: Vec<_> = groups.into_values().map(|g| (g[0].0.index, g)).collect();
            groups.sort_unstable_by_key(|g| g.0);
            let one = |index: usize, group: Vec<(Point, Keys)>| {
                let mut group = group.into_iter();
                let Some((point, keys)) = group.next() else { return Ok(Vec::new()) };
                let given = (&self.base, &self.study);
                if let Some(worked) = task::work(given, (&point, &keys), start, &self.options, &self.store)? {
                    self.watch.note(&board.add(point.index, &worked, |k| self.named(k)));
                }
                self.watch.advance(1);
                debug_assert_eq!(point.index, index);
                Ok::<_, TaskError>(group.map(|next| (next.0.index, vec![next])).collect())
            };
            let points = groups.iter().map(|g| g.1.len()).sum();
            let worked = self.effort.of(points, || crew::work(rayon::current_num_threads(), groups, one));
            self.store.flush().map_err(|e| self.failed(None, &TaskError::Store(e)))?;
            worked.map_err(|(index, e)| self.failed(Some(index), &e))?;
        }
        self.watch.finish();
        Ok(all)
    }

    fn tell_effort(&self) {
        if let Some(text) = self.effort.told() {
            self.watch.tell(&text);
        }
    }

    /// The placement of the base, from which every search starts.
    fn start(&self) -> Result<Option<Changes>, u8> {
        task::start(&self.base, &self.study, &self.options, &self.store).map_err(|e| match e {
            TaskError::Step(Error::Stopped) | TaskError::Store(_) => self.failed(None, &e),
            other => {
                self.watch.finish();
                say(&format!("forecourt: the base scenario: {other}"));
                match other {
                    TaskError::Step(e) => exit::of(&e),
                    _ => exit::BAD_INPUT,
                }
            }
        })
    }

    fn failed(&self, index: Option<usize>, error: &TaskError) -> u8 {
        self.watch.finish();
        let at = index.map_or_else(|| "a point".into(), |k| format!("point {} ({})", k + 1, self.named(k)));
        match error {
            TaskError::Step(Error::Stopped) => {
                say("stopped on request; what was worked is kept, the same command goes on from here");
                exit::INTERRUPTED
            }
            TaskError::Scenario(faults) => {
                say(faults.to_string().trim_end());
                say(&format!("{at} is no sound scenario"));
                exit::BAD_INPUT
            }
            TaskError::Step(e) => {
                say(&format!("forecourt: {at}: {e}"));
                exit::of(e)
            }
            TaskError::Store(e) => {
                say(&format!("forecourt: {e}; free some space, what was worked is kept"));
                exit::CANNOT_WRITE
            }
        }
    }

    fn status(&self) -> Result<u8, u8> {
        let there = |&i: &usize| {
            let keys = task::keys(&self.base, &self.study, &self.point(i), &self.options);
            self.store.has(Kind::Point, &keys.point)
        };
        let all = self.count();
        let done = (0..all).into_par_iter().filter(there).count();
        let text = if self.json {
            format!("{}\n", json!({"points": all, "worked": done, "missing": all - done}))
        } else {
            format!("{done} of {all} points are worked\n")
        };
        Ok(print(&text))
    }
}
