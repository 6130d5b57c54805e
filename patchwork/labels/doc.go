// Package labels keeps what people said about images: a tri-state table, and the journal it is made from.
//
// The journal is the source of truth. Each annotator has one file, journal/<annotator>.jsonl, to which every action is
// appended as one JSON line and synced to disk before it counts. The table is the fold of all live events in order:
//
//	order = by time, then annotator, then position in the journal
//	live  = not undone: no undo names the event, or the last undo or redo that names it is a redo
//	cell  = the value that the last live event gave it; without one, unknown (a class) or false (a flag)
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
