//! The child: reads pages from standard input, answers on standard output, within limits of its own.

use std::{fs, io};

use rustix::{
    process::{Resource, Rlimit, getrlimit, setrlimit},
    time::{ClockId, clock_gettime},
};

use super::{TIME_LIMIT, frame};
use crate::{extract::extract, parse::Context};

/// How much memory reading pages may take beyond what the process had at its start, in bytes.
const MEMORY: u64 = 120 << 20;

/// How deep the stack may grow, in bytes: parsers of HTML call themselves for each level.
const STACK: u64 = 64 << 20;

/// Reads pages until the line ends.
pub fn serve() -> io::Result<()> {
    limit(Resource::Core, 0)?;
    limit(Resource::Stack, STACK)?;
    limit(Resource::As, memory()? + MEMORY)?;
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    while let Some(about) = frame::read(&mut input)? {
        let bytes = frame::read(&mut input)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        // A parent that was killed cannot end what runs for ever.
        limit(Resource::Cpu, seconds_used() + TIME_LIMIT.as_secs() + 1)?;
        let (url, content_type): (Option<String>, Option<String>) = serde_json::from_slice(&about)?;
        let context = Context { url: url.as_deref(), content_type: content_type.as_deref() };
        frame::write(&mut output, &serde_json::to_vec(&extract(&bytes, &context))?)?;
    }
    Ok(())
}

/// Sets a limit, or keeps the one that may not be passed.
fn limit(resource: Resource, wanted: u64) -> io::Result<()> {
    let maximum = getrlimit(resource).maximum;
    let current = Some(maximum.map_or(wanted, |maximum| maximum.min(wanted)));
    Ok(setrlimit(resource, Rlimit { current, maximum })?)
}

fn seconds_used() -> u64 {
    u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0)
}

/// The address space of this process, in bytes.
fn memory() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let kilobytes = status.lines().find_map(|line| {
        line.strip_prefix("VmSize:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()
    });
    Ok(kilobytes.ok_or(io::ErrorKind::InvalidData)? * 1024)
}
