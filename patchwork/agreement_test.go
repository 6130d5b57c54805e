package patchwork

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
)

// as labels images as another person.
func (p *Project) as(t *testing.T, name, class string, value labels.Tri, images ...string) {
	t.Helper()
	t.Setenv("PATCHWORK_ANNOTATOR", name)
	err := p.Apply(t.Context(), labels.Event{Kind: labels.KindLabel, Set: []labels.Change{{Class: class, Value: int8(value), Images: images}}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSeveralPeople(t *testing.T) {
	p := newProject(t, photos(t, 6), "red")
	var ids []string
	for row := range 6 {
		ids = append(ids, p.Images().At(row).ID)
	}
	p.as(t, "anna", "red", labels.Present, ids[:4]...)
	p.as(t, "bob", "red", labels.Absent, ids[3:]...)
	p.as(t, "bob", "red", labels.Present, ids[1])

	r, err := p.Agreement(t.Context(), AgreementOptions{Rule: "unanimous"})
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Classes[0]; r.Shared != 2 || c.Agreement.Value != 0.5 || c.Present != 3 || c.Absent != 2 || c.Unknown != 1 || r.Open != 1 {
		t.Errorf("the report is\n%v", r)
	}
	list, err := p.Disagreements(t.Context(), DisagreementOptions{})
	if err != nil || len(list) != 1 || list[0].Image != ids[3] {
		t.Fatalf("disagreements %v, error %v; want one about %s", list, err, ids[3])
	}
	value := func(rule string) labels.Tri {
		t.Helper()
		table, err := p.LabelsUnder(rule)
		if err != nil {
			t.Fatal(err)
		}
		return table.Value(3, 0)
	}
	if value("majority") != labels.Unknown || value("priority: anna") != labels.Present || value("") != labels.Absent {
		t.Error("the rules do not decide as they should")
	}
	if err := p.Decide(t.Context(), ids[3], "red", labels.Present); err != nil {
		t.Fatal(err)
	}
	if list, err := p.Disagreements(t.Context(), DisagreementOptions{}); err != nil || len(list) != 0 {
		t.Errorf("after the decision there is %v, error %v", list, err)
	}
	if value("majority") != labels.Present || value("priority: bob") != labels.Present || value("") != labels.Present {
		t.Error("the decision does not count under every rule")
	}

	t.Setenv("PATCHWORK_ANNOTATOR", "bob")
	later := RepeatOptions{Shown: 6, Share: 1, Now: time.Now().Add(48 * time.Hour)}
	rows, err := p.Repeats(later)
	slices.Sort(rows)
	if err != nil || !slices.Equal(rows, []int{1, 3, 4, 5}) {
		t.Errorf("bob sees again %v, error %v; want 1, 3, 4 and 5", rows, err)
	}
	later.Others = true
	rows, err = p.Repeats(later)
	slices.Sort(rows)
	if err != nil || !slices.Equal(rows, []int{0, 2}) {
		t.Errorf("bob sees of anna's %v, error %v; want 0 and 2", rows, err)
	}
	err = p.Apply(t.Context(), labels.Event{Kind: labels.KindLabel, Shown: &labels.Shown{Strategy: agreement.BlindRepeat},
		Set: []labels.Change{{Class: "red", Value: 1, Images: []string{ids[0]}}}})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := p.Agreement(t.Context(), AgreementOptions{}); err != nil || len(r.Repeats) != 1 || r.Repeats[0].Of != "anna" || r.Repeats[0].Agreement.Value != 1 {
		t.Errorf("after a blind repeat of anna's: %+v, error %v", r.Repeats, err)
	}

	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Agreement(done, AgreementOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled measurement gave %v", err)
	}
	for _, err := range []error{
		second(p.LabelsUnder("most")), p.SetRule("most"), p.SetRule("priority: dora"),
		second(p.Disagreements(t.Context(), DisagreementOptions{Class: "sea"})), second(p.Repeats(RepeatOptions{Share: 2})),
	} {
		if err == nil {
			t.Error("nonsense was accepted")
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestTheRuleIsKept(t *testing.T) {
	p := newProject(t, photos(t, 2), "red")
	if err := p.SetRule("majority"); err != nil {
		t.Fatal(err)
	}
	again, err := Open(p.Dir())
	if err != nil || again.Settings().Rule != "majority" || p.Settings().Rule != "majority" {
		t.Errorf("the rule is %q and, opened again, %q, error %v", p.Settings().Rule, again.Settings().Rule, err)
	}
	if err := p.SetRule("latest"); err != nil || p.Settings().Rule != "" {
		t.Errorf("back at the rule latest, it is %q, error %v", p.Settings().Rule, err)
	}
}
