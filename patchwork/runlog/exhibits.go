package runlog

import "image"

// Exhibits is a sink that shows more than numbers. Its methods are called as those of Sink are, before End; names are such as
// "weights/stem/kernel". One that has no use for a kind leaves it.
type Exhibits interface {
	Sink
	Histogram(step int, name string, values []float32) error
	Picture(step int, name string, picture image.Image) error
	Cloud(step int, c Cloud) error
}

// Cloud is points of a space of many dimensions, as features of images are, with what is known of each.
type Cloud struct {
	Name     string
	Points   [][]float32   // [n][d]
	Columns  []string      // names of what is known; the first is shown beside a point
	Rows     [][]string    // [n][columns]
	Pictures []image.Image // of the points, all of one size; nil: none
}

// Shows is s as what shows more than numbers, nil if it does not. What All made does where one of its sinks does.
func Shows(s Sink) Exhibits {
	if all, ok := s.(*several); ok {
		for _, s := range all.sinks {
			if Shows(s.Sink) != nil {
				return all
			}
		}
		return nil
	}
	e, _ := s.(Exhibits)
	return e
}

func (a *several) show(do func(Exhibits) error) error {
	for _, s := range a.sinks {
		if e := Shows(s.Sink); e != nil {
			a.tell(s, func() error { return do(e) })
		}
	}
	return nil
}

// Histogram tells all that show.
func (a *several) Histogram(step int, name string, values []float32) error {
	return a.show(func(e Exhibits) error { return e.Histogram(step, name, values) })
}

// Picture tells all that show.
func (a *several) Picture(step int, name string, picture image.Image) error {
	return a.show(func(e Exhibits) error { return e.Picture(step, name, picture) })
}

// Cloud tells all that show.
func (a *several) Cloud(step int, c Cloud) error {
	return a.show(func(e Exhibits) error { return e.Cloud(step, c) })
}
