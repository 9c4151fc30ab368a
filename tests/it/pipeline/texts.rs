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

/// The agency's dispatch about the lock a few hours later.
pub(super) const LOCK_LATER: &str = "The port office will pay for the crane and send the bill to the yard, a member of \
its board said in the afternoon. The yard, which has cast pins for six harbours on this coast, answered that it had \
warned of the western gate in a letter of February 3 and had been told that there was no money before the summer.

Brandt said that she had not seen such a letter. Her deputy, Ruben Aske, said that he had, and that it lay under the \
minutes of the ice season. He offered to resign on the spot; nobody took him up on it.

Pilots counted 61 ships in the roads by evening, among them two with cattle on board. A veterinary officer went out \
with the harbour launch and ordered hay from the mills. The railway has put on three trains a day for grain, about a \
fifth of what the barges carry, and the mills at Norrby have sent one shift home.

The crane Goliath left Sund under tow at six and is expected on Wednesday with the morning tide, weather permitting. \
Divers will use the two days to cut away what is left of the hinge. The basin will be kept at its level by the old \
sluice of the fishing harbour, which has not been opened in forty years and took eleven men to move.";

/// Another agency's own piece about the lock.
pub(super) const OTHER_AGENCY: &str = "Sund (NWS) - Ships were stuck outside the port of Ellaby on Monday evening \
after the western gate of its great lock came off a hinge, the harbour master Odile Brandt confirmed. There were 61 of \
them by nightfall.

Shipping agents in Sund spoke of losses of a quarter of a million crowns a day. Charterers are sending cargo round by \
rail, where there is room for a fifth of it. The floating crane Goliath has been hired and should be there on Wednesday.

\"We lost a gate, not a harbour, and we will lift it out in one piece before the week is over,\" Brandt told \
reporters. Insurers want to see the letter of February 3 in which, according to deputy harbour master Ruben Aske, the \
yard gave warning of the gate.";
