package labels

import (
	"time"
)

// Kind is what an event does.
type Kind string

// The kinds of event. The value of a flag (exclude, validation, unsure) and of distinct is 1 to set it and 0 to clear it.
const (
	KindLabel      Kind = "label"      // gives classes a value; may also set the columns "exclude" and "validation" (import)
	KindExclude    Kind = "exclude"    // sets or clears the exclude flag; Text is the reason
	KindValidation Kind = "validation" // holds rows out of training, or takes that back
	KindNote       Kind = "note"       // replaces the note of rows by Text; "" removes it
	KindUnsure     Kind = "unsure"     // marks rows about which the person is not certain, or takes that back
	KindDistinct   Kind = "distinct"   // says of each change's images that no two show the same, however alike they look, or takes that back
	KindClassAdd   Kind = "class-add"  // adds Classes; Text describes them
	KindUndo       Kind = "undo"       // takes the event Target back
	KindRedo       Kind = "redo"       // makes the undone event Target count again
)

// Event is one action, one line of a journal.
type Event struct {
	ID      string    `json:"id"`                 // names the action; a repeated ID changes nothing; Apply fills "" in
	Time    time.Time `json:"time"`               // when it was recorded, in milliseconds; Apply fills zero in
	By      string    `json:"by"`                 // annotator; Apply fills "" in
	Kind    Kind      `json:"kind"`               //
	Set     []Change  `json:"set,omitempty"`      // what it writes; of two values for one cell the later stands
	Classes []string  `json:"classes,omitempty"`  // classes it adds: of class-add, or of an import; what a change of classes is about
	Target  string    `json:"target,omitempty"`   // undo, redo: ID of the event
	Text    string    `json:"text,omitempty"`     // note, reason of an exclusion, description of a class
	Shown   *Shown    `json:"shown,omitempty"`    // why the image was on screen
	Dwell   int64     `json:"dwell_ms,omitempty"` // how long the person looked, in milliseconds
	Source  string    `json:"source,omitempty"`   // studio, import, folders, split, api
}

// Change gives one value to one class, or to several, on the same images.
type Change struct {
	Class   string   `json:"class,omitempty"`   // "" for flags and notes
	Classes []string `json:"classes,omitempty"` // instead of Class: several classes get the value
	Value   int8     `json:"value"`             // a Tri for classes, 0 or 1 for flags, 0 for notes
	Images  []string `json:"imgs"`              // refs
}

// Shown records what put an image before a person.
type Shown struct {
	Strategy string  `json:"strategy,omitempty"`
	Model    string  `json:"model,omitempty"`
	Score    float64 `json:"score,omitempty"`
	Reason   string  `json:"reason,omitempty"`

	// Audit are the refs of the images of the event that a uniform draw over all that was open had shown, whatever showed the others.
	// What is measured on such images holds for those that nobody has labelled.
	Audit []string `json:"audit,omitempty"`
}

// Empty says that the event writes nothing, as when an import finds nothing new.
func (e Event) Empty() bool {
	if e.Kind == KindUndo || e.Kind == KindRedo || len(e.Classes) > 0 {
		return false
	}
	for _, c := range e.Set {
		if len(c.Images) > 0 {
			return false
		}
	}
	return true
}

// columns are the names of the table columns that c writes in an event of this kind.
func (c Change) columns(k Kind) []string {
	switch {
	case k == KindExclude, k == KindValidation, k == KindNote, k == KindUnsure, k == KindDistinct:
		return []string{string(k)}
	case len(c.Classes) > 0:
		return c.Classes
	}
	return []string{c.Class}
}
