//! Messages on the line between parent and child: a length in four bytes, then so many bytes.

use std::io::{self, Read, Write};

/// The longest message, in bytes: a page, or what was found in it with every character escaped.
const LONGEST: usize = 32 << 20;

pub(super) fn write(line: &mut impl Write, message: &[u8]) -> io::Result<()> {
    let length = u32::try_from(message.len()).map_err(io::Error::other)?;
    line.write_all(&length.to_le_bytes())?;
    line.write_all(message)?;
    line.flush()
}

/// The next message; nothing at the end of the line.
pub(super) fn read(line: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    if let Err(error) = line.read_exact(&mut length) {
        let ended = error.kind() == io::ErrorKind::UnexpectedEof;
        return if ended { Ok(None) } else { Err(error) };
    }
    let length = usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?;
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut message = vec![0; length];
    line.read_exact(&mut message)?;
    Ok(Some(message))
}
