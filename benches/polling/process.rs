//! What this process has taken so far.

use std::fs;

/// Processor time of all threads, in seconds; the system counts in hundredths.
pub(crate) fn processor_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The name before it may hold anything; behind it, utime and stime are the 12th and 13th.
    let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    [11, 12].map(|at| fields[at].parse::<f64>().unwrap()).iter().sum::<f64>() / 100.0
}

/// Memory now, in bytes.
pub(crate) fn resident() -> u64 {
    status("VmRSS:")
}

/// The most memory since the last [`forget_peak`], in bytes.
pub(crate) fn peak() -> u64 {
    status("VmHWM:")
}

/// From here on the peak is counted anew.
pub(crate) fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

fn status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
