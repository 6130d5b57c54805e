package studio

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// classWish is what a page wants to change about the classes.
type classWish struct {
	Do    string   `json:"do"`    // add, rename, describe, retire, restore, order, group, merge, split
	Name  string   `json:"name"`  // the class
	Now   string   `json:"now"`   // rename: its new name; merge: the class that it becomes part of
	Text  string   `json:"text"`  // add, describe
	Names []string `json:"names"` // order, group: the classes; split: the new ones
}

// reclass changes the classes: one event of the journal, which one undo takes back. A split shows the images that have to
// be looked at again.
func (s *Session) reclass(e host.Event) error {
	var w classWish
	if err := decode(e, &w); err != nil {
		return err
	}
	for i := range w.Names {
		w.Names[i] = strings.TrimSpace(w.Names[i])
	}
	w.Name, w.Now = strings.TrimSpace(w.Name), strings.TrimSpace(w.Now)
	t := s.project.Labels().Table()
	var event labels.Event
	var rows []int
	var err error
	said := ""
	switch w.Do {
	case "add":
		event = labels.AddClass(w.Name, w.Text)
	case "rename":
		event = labels.RenameClass(w.Name, w.Now)
	case "describe":
		event = labels.DescribeClass(w.Name, w.Text)
	case "retire":
		event = labels.RetireClasses(w.Name)
	case "restore":
		event = labels.RestoreClasses(w.Name)
	case "order":
		event = labels.OrderClasses(w.Names...)
	case "group":
		event = labels.GroupClasses(w.Names...)
	case "merge":
		var report labels.MergeReport
		event, report, err = t.PlanMerge(w.Name, w.Now)
		said = report.String() + "."
	case "split":
		event, rows, err = t.PlanSplit(w.Name, w.Names...)
	default:
		return wish("There is no change of classes that is called %q.", w.Do)
	}
	if err != nil {
		return wish("%v", err)
	}
	event.ID, event.Source = e.ID, "studio"
	if err := s.apply(event); err != nil {
		return err
	}
	s.followClasses()
	s.message = said
	if said == "" {
		s.message = sentence(describe(event)) + ". Undo takes it back."
	}
	if len(rows) > 0 {
		return s.openRows(fmt.Sprintf("was %s", w.Name), fmt.Sprintf("it was %s: is it %s?", w.Name, strings.Join(w.Names, " or ")), rows)
	}
	return nil
}

// sentence makes the first letter large.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// openRows shows the usable ones of rows, all for one reason.
func (s *Session) openRows(name, reason string, rows []int) error {
	t := s.project.Labels().Table()
	var picks []Pick
	for _, row := range rows {
		if row < len(s.sources.usable) && s.sources.usable[row] && !t.Excluded(row) {
			picks = append(picks, Pick{Row: row, Reason: reason})
		}
	}
	if len(picks) == 0 {
		return wish("No image is left to look at.")
	}
	said := s.message
	if err := s.open(name, picks); err != nil {
		return err
	}
	s.message = strings.TrimSpace(said + " " + s.message)
	return nil
}

// planMerge says what a merge would do, before it is done; with look the images in which the classes contradict each
// other are shown.
func (s *Session) planMerge(e host.Event) error {
	var data struct {
		From string `json:"from"`
		Into string `json:"into"`
		Look bool   `json:"look"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	_, report, err := s.project.Labels().Table().PlanMerge(data.From, data.Into)
	if err != nil {
		return wish("%v", err)
	}
	if data.Look {
		return s.openRows(fmt.Sprintf("%s and %s differ", data.From, data.Into), fmt.Sprintf("one of %q and %q is present, the other absent", data.From, data.Into), report.Rows)
	}
	s.plan = [2]string{data.From, data.Into}
	return nil
}

// planView says what the merge would do now, until the classes change.
func (s *Session) planView(t *labels.Table) *labels.MergeReport {
	if s.plan[0] == "" {
		return nil
	}
	_, report, err := t.PlanMerge(s.plan[0], s.plan[1])
	if err != nil {
		return nil
	}
	return &report
}

// openCount shows the images behind a number of the table of classes, those labelled last first.
func (s *Session) openCount(e host.Event) error {
	var data struct {
		Class string `json:"class"`
		Value int8   `json:"value"`
		Held  bool   `json:"held"` // those held out for validation, and not those to learn from
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	t := s.project.Labels().Table()
	class, ok := t.Class(data.Class)
	if !ok {
		return wish("There is no class %q.", data.Class)
	}
	var rows []int
	for row := range t.Len() {
		if int8(t.Value(row, class)) == data.Value && t.Validation(row) == data.Held {
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b int) int { return t.LabelledAt(b).Compare(t.LabelledAt(a)) })
	what := fmt.Sprintf("%s %s", data.Class, labels.Tri(data.Value))
	if data.Held {
		what += ", held out"
	}
	return s.openRows(what, "labelled: "+what, rows)
}

// openConflicts shows the images in which classes that exclude each other are present.
func (s *Session) openConflicts() error {
	rows := s.project.Labels().Table().Conflicts()
	if len(rows) == 0 {
		return wish("No image has two classes that exclude each other.")
	}
	return s.openRows("contradictions", "several classes are present that exclude each other", rows)
}

// followClasses brings what is chosen in step with the classes, after these have changed: a renamed class stays chosen,
// one that is gone does not.
func (s *Session) followClasses() {
	t := s.project.Labels().Table()
	now := func(name string) string {
		now, _ := t.Resolve(name)
		return now
	}
	s.quick, s.histogram = now(s.quick), now(s.histogram)
	if prefix, class, ok := strings.Cut(s.mapping.by, ": "); ok {
		s.mapping.by = prefix + ": " + now(class)
	}
	if kind := s.filter.Subset.Kind; kind != labels.All && kind != labels.InSubset {
		if s.filter.Subset.Name = now(s.filter.Subset.Name); s.filter.Subset.Name == "" {
			s.filter.Subset = labels.SubsetFilter{}
		}
	}
	if prefix, class, ok := strings.Cut(s.strategy, ": "); ok {
		s.strategy = prefix + ": " + now(class)
	}
	known := s.project.Strategies()
	if !slices.ContainsFunc(known, func(k Strategy) bool { return k.Name == s.strategy }) {
		s.strategy = defaultStrategy
	}
	s.counted, s.drawn, s.measured, s.plan = counted{}, drawn{}, measured{}, [2]string{}
}
