package runlog

import (
	"errors"
	"image"
	"slices"
	"testing"
)

// shown is a sink that keeps the names of what it is shown, and fails at "bad".
type shown struct {
	heard
	names []string
}

func (s *shown) show(name string) error {
	s.names = append(s.names, name)
	if name == "bad" {
		return errors.New("too bad")
	}
	return nil
}

func (s *shown) Histogram(_ int, name string, _ []float32) error { return s.show(name) }
func (s *shown) Picture(_ int, name string, _ image.Image) error { return s.show(name) }
func (s *shown) Cloud(_ int, c Cloud) error                      { return s.show(c.Name) }

func TestShows(t *testing.T) {
	if Shows(&heard{}) != nil || Shows(All(nil, &heard{}, &heard{})) != nil || Shows(All(nil)) != nil {
		t.Error("a sink of numbers is said to show more")
	}
	a, b := &shown{}, &shown{}
	var warned []error
	all := All(func(err error) { warned = append(warned, err) }, a, All(nil, &heard{}, b))
	to := Shows(all)
	if to == nil || Shows(a) != Exhibits(a) {
		t.Fatal("what shows is not found")
	}
	to.Histogram(0, "h", nil)
	to.Picture(0, "bad", nil)
	to.Cloud(0, Cloud{Name: "c"})
	if want := []string{"h", "bad"}; !slices.Equal(a.names, want) || !slices.Equal(b.names, want) {
		t.Errorf("shown are %q and %q, want %q: one that failed hears no more", a.names, b.names, want)
	}
	if err := all.End(Run{State: Done}); err == nil || len(warned) != 1 || a.ended != Done || b.ended != Done {
		t.Errorf("ended with %v, warned %v, %q and %q", err, warned, a.ended, b.ended)
	}
}
