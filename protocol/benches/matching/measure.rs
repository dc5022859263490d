//! CPU time, interleaved: every subject once in each round, and the median of the rounds.
//! Knows closures; does not know what they do.
//! Specified in specs/performance.md §1.4.

use cpu_time::ThreadTime;
use std::time::Duration;

/// A sample is repeated until it took so long: the clock is not finer than microseconds.
const LONG_ENOUGH: Duration = Duration::from_millis(4);

/// What is measured: a name, how many trials it does, and doing them.
pub(crate) struct Subject<'a> {
    pub(crate) name: String,
    pub(crate) trials: usize,
    pub(crate) work: Box<dyn FnMut() + 'a>,
}

impl<'a> Subject<'a> {
    pub(crate) fn new(name: impl Into<String>, trials: usize, work: impl FnMut() + 'a) -> Self {
        Self {
            name: name.into(),
            trials,
            work: Box::new(work),
        }
    }
}

/// Nanoseconds of one trial of each subject, in their order.
pub(crate) fn interleaved(subjects: &mut [Subject<'_>], rounds: usize) -> Vec<f64> {
    let mut samples = vec![Vec::new(); subjects.len()];
    for _ in 0..rounds {
        for (subject, samples) in subjects.iter_mut().zip(&mut samples) {
            samples.push(sample(subject));
        }
    }
    samples.iter_mut().map(|samples| median(samples)).collect()
}

fn sample(subject: &mut Subject<'_>) -> f64 {
    let start = ThreadTime::now();
    let mut times = 0_u32;
    while times == 0 || start.elapsed() < LONG_ENOUGH {
        (subject.work)();
        times += 1;
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(times) / subject.trials as f64
}

fn median(samples: &mut [f64]) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
