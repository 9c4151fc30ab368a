//! What happened on the invented day, in the words of its agency and papers.

/// The agency's dispatch about the lock.
pub(super) const LOCK: &str = "ELLABY, May 12 (TNA): The great lock of Ellaby harbour was closed on Monday after \
its western gate tore from a hinge and drifted into the basin with a dredger on its bow, the port office said.

Nobody was hurt. Divers found the lower pin sheared through, and the harbour master, Odile Brandt, ordered all \
forty vessels that were waiting for the noon tide to anchor in the roads until a floating crane could be brought \
from the yard at Sund.

\"We lost a gate, not a harbour, and we will lift it out in one piece before the week is over,\" Brandt told \
reporters on the quay. \"The pin was due to be renewed in June, and I will want to know from the yard why nobody \
thought that it could not wait until then.\"

The lock was built ninety years ago to keep the inner basin at one level for the grain elevators. It takes about \
three thousand ships a year, most of them coasters with barley and timber for the mills upriver.";

/// The same with a figure put right.
pub(super) const LOCK_FIRST: &str = "all forty vessels";
pub(super) const LOCK_CORRECTED: &str = "all fourteen vessels";

/// Another paper's own report, with what everybody heard on the quay.
pub(super) const OWN_REPORT: &str = "It began with a bang that rattled cups in the pilots' canteen, and it ended with \
a queue of coasters to the horizon. Ellaby woke up without a way in or out.

A deckhand of the dredger Patience, who would not give a name, said that the thing simply came loose and swam \
towards them. They hung out every fender they had, and held their breath.

\"We lost a gate, not a harbour, and we will lift it out in one piece before the week is over,\" the harbour master \
said. \"The pin was due to be renewed in June, and I will want to know from the yard why nobody thought that it \
could not wait until then.\"

Millers upriver have flour for nine days. After that, the baker in Quay Street says, there will be potatoes.";

/// A dispatch that the agency takes back.
pub(super) const FERRY: &str = "SUND, May 12 (TNA): The night ferry from Sund to Ellaby harbour will be withdrawn in \
autumn because too few lorries use it, two members of the company's board said on Monday.

The line has carried freight across the bay for sixty years. A spokeswoman declined to comment, and the union of \
stewards said that it had been told nothing of the sort. About two hundred people work on the two ships, which \
would be sold to an owner in the south if no other route could be found for them before the winter timetable.";

/// What had been in the papers days before the watch began.
pub(super) const MUSEUM: &str = "The museum of navigation in Ellaby harbour has bought the log of the barque Constance, \
in which her master noted each day of a voyage around the world that took four years and two mutinies.

The book had been in an attic in Sund since the captain's granddaughter died. It will be shown from September on, \
opened at the page on which the cook is made first mate, next to the sextant that the same cook later pawned. The \
director called it the funniest sad book that he had ever read, and hopes that children will copy the drawings.";

/// What nobody asked for.
pub(super) const WEATHER: &str = "The inland valleys will have dry days with light winds from the east, the weather \
service said, and frost in the hollows until Thursday at least. Farmers were advised to cover early potatoes. The \
hay meadows have had half of the usual rain, and the reservoirs above the mills stand at two thirds of what they \
held a year ago, which is enough for the summer unless the spring stays as it is.";
