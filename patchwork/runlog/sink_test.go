package runlog

import (
	"errors"
	"slices"
	"testing"
)

// heard is a sink that fails from a step on.
type heard struct {
	steps []int
	fails int
	ended State
}

func (h *heard) Add(p Point) error {
	h.steps = append(h.steps, p.Step)
	if h.fails > 0 && p.Step >= h.fails {
		return errors.New("no more")
	}
	return nil
}

func (h *heard) End(r Run) error {
	h.ended = r.State
	if h.fails > 0 {
		return errors.New("closed in disorder")
	}
	return nil
}

func TestAllGoesOnWithoutTheOneThatFails(t *testing.T) {
	bad, good := &heard{fails: 2}, &heard{}
	var warned []string
	all := All(func(err error) { warned = append(warned, err.Error()) }, bad, good)
	for step := range 5 {
		if err := all.Add(Point{Step: step}); err != nil {
			t.Fatal(err)
		}
	}
	err := all.End(Run{State: Done})
	if want := []int{0, 1, 2}; !slices.Equal(bad.steps, want) || bad.ended != Done {
		t.Errorf("the one that failed heard of steps %v and ended %q; want %v and an end", bad.steps, bad.ended, want)
	}
	if want := []int{0, 1, 2, 3, 4}; !slices.Equal(good.steps, want) || good.ended != Done {
		t.Errorf("the other heard of steps %v and ended %q; want %v", good.steps, good.ended, want)
	}
	if !slices.Equal(warned, []string{"no more"}) || err == nil || err.Error() != "no more" {
		t.Errorf("warned of %q, at the end %v; want the first error once each", warned, err)
	}
}
