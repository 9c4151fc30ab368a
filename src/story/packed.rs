//! Ascending numbers in little room: the highest byte of each is told by how far it goes up.
//!
//! The code of Elias and Fano with whole bytes: a bit string of one set bit for each number and
//! one clear bit for each step of the highest byte, then the other bytes of each number. A hundred
//! hashes of 32 bits take 3.5 bytes each and a hundred of 16 bits take 1.5.

/// Bytes of a word of the bit string.
const WORD: usize = 8;

/// Appends numbers of so many bytes, which ascend.
pub(super) fn pack<const BYTES: usize>(numbers: &[u32], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + bit_string(numbers.len()), 0);
    for (at, number) in numbers.iter().enumerate() {
        let bit = at + usize::from(number.to_le_bytes()[BYTES - 1]);
        out[start + bit / 8] |= 1 << (bit % 8);
    }
    for number in numbers {
        out.extend_from_slice(&number.to_le_bytes()[..BYTES - 1]);
    }
}

/// How many bytes so many numbers of so many bytes take.
pub(super) fn length<const BYTES: usize>(many: usize) -> usize {
    bit_string(many) + many * (BYTES - 1)
}

fn bit_string(many: usize) -> usize {
    (many + 256).div_ceil(8 * WORD) * WORD
}

/// The numbers of some bytes, of which there are `many`; of damaged bytes others, or fewer.
pub(super) fn unpack<const BYTES: usize>(packed: &[u8], many: usize) -> Unpacked<'_, BYTES> {
    let (bits, low) = packed.split_at(bit_string(many));
    Unpacked { words: bits.as_chunks().0.iter(), word: 0, read: 0, given: 0, many, low }
}

/// See [`unpack`].
pub(super) struct Unpacked<'a, const BYTES: usize> {
    words: std::slice::Iter<'a, [u8; WORD]>,
    /// The bits of the last word read that are yet to come.
    word: u64,
    /// How many bits were read with it.
    read: usize,
    given: usize,
    many: usize,
    low: &'a [u8],
}

impl<const BYTES: usize> Iterator for Unpacked<'_, BYTES> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        while self.word == 0 {
            self.word = u64::from_le_bytes(*self.words.next()?);
            self.read += 8 * WORD;
        }
        let bit = self.read - 8 * WORD + self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        let (low, rest) = self.low.split_at_checked(BYTES - 1)?;
        let mut number = [0; 4];
        number[..BYTES - 1].copy_from_slice(low);
        number[BYTES - 1] = u8::try_from(bit - self.given).unwrap_or(u8::MAX);
        self.low = rest;
        self.given += 1;
        Some(u32::from_le_bytes(number))
    }

    fn fold<B, F: FnMut(B, u32) -> B>(self, init: B, mut f: F) -> B {
        let mut found = init;
        let mut low = self.low.chunks_exact(BYTES - 1);
        let (mut word, mut from, mut given) =
            (self.word, self.read.wrapping_sub(8 * WORD), self.given);
        let mut words = self.words;
        loop {
            while word != 0 {
                let bit = from.wrapping_add(word.trailing_zeros() as usize);
                word &= word - 1;
                let Some(rest) = low.next() else { return found };
                let mut number = [0; 4];
                number[..BYTES - 1].copy_from_slice(rest);
                number[BYTES - 1] = u8::try_from(bit - given).unwrap_or(u8::MAX);
                given += 1;
                found = f(found, u32::from_le_bytes(number));
            }
            let Some(next) = words.next() else { return found };
            word = u64::from_le_bytes(*next);
            from = from.wrapping_add(8 * WORD);
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.many - self.given;
        (left, Some(left))
    }
}

impl<const BYTES: usize> ExactSizeIterator for Unpacked<'_, BYTES> {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(
            mut long in prop::collection::vec(any::<u32>(), 0..300),
            mut short in prop::collection::vec(0..=u32::from(u16::MAX), 0..300),
        ) {
            long.sort_unstable();
            short.sort_unstable();
            let mut packed = Vec::new();
            pack::<4>(&long, &mut packed);
            pack::<2>(&short, &mut packed);
            let (first, second) = packed.split_at(length::<4>(long.len()));
            prop_assert_eq!(second.len(), length::<2>(short.len()));
            prop_assert!(unpack::<4>(first, long.len()).eq(long));
            prop_assert!(unpack::<2>(second, short.len()).eq(short));
        }
    }
}
