package labels

// Tri is what is known about one class in one image.
type Tri int8

// The values of a label.
const (
	Unknown Tri = -1 // nobody has said; never to be read as absent
	Absent  Tri = 0
	Present Tri = 1
)

// String is "unknown", "absent" or "present".
func (v Tri) String() string {
	switch v {
	case Absent:
		return "absent"
	case Present:
		return "present"
	}
	return "unknown"
}

// Status says how much of a row has been labelled. Exclusion and validation do not enter it.
type Status int8

// The states of a row. AnyStatus is what a Filter uses for "all of them"; no row has it.
const (
	AnyStatus  Status = iota
	Unlabelled        // every class is unknown
	Partial           // some classes are known
	Labelled          // every class is known
)

// String is "any", "unlabelled", "partial" or "labelled".
func (s Status) String() string {
	switch s {
	case Unlabelled:
		return "unlabelled"
	case Partial:
		return "partial"
	case Labelled:
		return "labelled"
	}
	return "any"
}
