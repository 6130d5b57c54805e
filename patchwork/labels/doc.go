// Package labels keeps what people said about images: a tri-state table, and the journal it is made from.
//
// The journal is the source of truth. Each annotator has one file, journal/<annotator>.jsonl, to which every action is
// appended as one JSON line and synced to disk before it counts. The table is the fold of all live events in order:
//
//	order = by time, then annotator, then position in the journal
//	live  = not undone: no undo names the event, or the last undo or redo that names it is a redo
//	cell  = the value that the last live event gave it; without one, unknown (a class) or false (a flag)
//
// Classes change midway, by events like every other. What a name means is found while folding:
//
//	class  = the declared names, then each name that a live event mentions first, are classes of their own
//	rename = of A to B: B joins the names of A's class, for all events, and is what the class is called; without effect if
//	         an earlier live event has mentioned B as another class, which Warnings counts. A name that is only declared
//	         joins as well: the declaration was changed after the renaming. Of two renamings the later names the class
//	merge  = of A into B, at its place in the order: B becomes present where either is, absent where both are, else
//	         unknown; labels that come later under A's names are B's
//	split  = of A into B and C, at its place: where A is absent, what is unknown in B and C becomes absent; A is retired
//	retire, restore, describe, order, group = the last live one stands; an order puts the classes that it names first,
//	         and a class is in the group that named it last
//
// A table shows the classes that are neither retired nor merged into another, under their present names. Retired ones are
// not asked for, trained or counted; their labels stay. Groups act when an event is applied, which adds to it that the
// others are absent; the fold knows nothing of them. An undone change of classes leaves no trace in the fold, so labels
// that somebody wrote under a new name meanwhile are those of a class of that name until the renaming is done again.
//
// So undoing an event gives every cell the value it would have had without it: where a later live event wrote the same
// cell, that later value stays. Everything else in this package (snapshots, the replay cache, labels.csv) can be made
// again from the journals.
//
// Conventions: a row is an index into the image index and never changes; a label is Unknown (-1), Absent (0) or
// Present (1), and nothing here turns unknown into absent. A class is known by its name, which may hold any text.
// A ref names an image in the journal: its ID, or "ID#" and the first 12 hex digits of its content hash (see Ref).
// A Table is a snapshot that never changes; a Store may be used from several goroutines.
//
// The package imports imageset and no other package of patchwork.
package labels
