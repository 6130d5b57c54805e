package studio

import (
	"context"
	"fmt"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// Review is what the journal names the strategy of labels that are confirmed or changed as suspects.
const Review = "suspects"

// Suspect is an image with labels that are probably errors.
type Suspect struct {
	Pick
	Classes []string // whose labels are doubted
}

// openSuspects looks for labels that are probably errors, in the background, so that labelling goes on, and then shows their
// images to all pages, the most doubtful first.
func (s *Session) openSuspects(e host.Event) error {
	var data struct {
		Class string `json:"class"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	if s.judging {
		return wish("Labels are being looked at already; the images come when that is done.")
	}
	s.judging = true
	s.message = "Looking for labels that are probably errors; labelling goes on."
	go func() {
		found, err := s.project.Suspects(context.Background(), data.Class)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.judging = false
		switch {
		case s.closed:
			return
		case err != nil:
			s.message = err.Error()
		case len(found) == 0:
			s.message = "No label is probably an error."
		default:
			picks := make([]Pick, len(found))
			s.doubted = map[int][]string{}
			for i, f := range found {
				picks[i], s.doubted[f.Row] = f.Pick, f.Classes
			}
			s.openAs("suspects", Review, picks)
			s.message += " Change what is wrong (G turns the doubted labels of an image round), then confirm the rest."
		}
		s.pushAll()
	}()
	return nil
}

// reviewing says that images with doubted labels are on screen.
func (s *Session) reviewing() bool {
	return s.batch.strategy == Review && s.doubted != nil && !s.doubles.shown()
}

// without are the actions of the grid that mean nothing now.
func (s *Session) without() []string {
	if s.reviewing() {
		return withoutHere
	}
	return append(withoutHere[:len(withoutHere):len(withoutHere)], "flip")
}

// flip turns the doubted labels of images round, present to absent and absent to present, in one event that one undo takes back.
func (s *Session) flip(e host.Event) error {
	var named target
	if err := decode(e, &named); err != nil {
		return err
	}
	rows, err := s.resolve(named)
	if err != nil {
		return err
	}
	if !s.reviewing() {
		return wish("No label is doubted here: press Suspects first.")
	}
	t := s.project.Labels().Table()
	event := labels.Event{ID: e.ID, Kind: labels.KindLabel, Source: "studio", Shown: &labels.Shown{Strategy: Review}}
	for _, row := range rows {
		for _, name := range s.doubted[row] {
			if class, ok := t.Class(name); ok && t.Value(row, class) != labels.Unknown {
				event.Set = append(event.Set, labels.Change{Class: name, Value: int8(1 - t.Value(row, class)), Images: []string{labels.Ref(s.project.Images(), row)}})
			}
		}
	}
	if event.Empty() {
		return wish("No label of this is doubted, or none is left.")
	}
	if err := s.apply(event); err != nil {
		return err
	}
	s.message = fmt.Sprintf("%s turned round. Undo takes that back.", count(len(event.Set), "label"))
	return nil
}

// confirm says that the doubted labels of the images on screen are right as they are now, changed or not, and goes on: they
// are given once more, in one event that one undo takes back.
func (s *Session) confirm(ctx context.Context, e host.Event) error {
	if !s.reviewing() {
		return wish("There is nothing to confirm: press Suspects first.")
	}
	t := s.project.Labels().Table()
	event := labels.Event{ID: e.ID, Kind: labels.KindLabel, Source: "studio", Shown: &labels.Shown{Strategy: Review}}
	w := s.windowOf(s.acting)
	for _, p := range s.batch.picks[w.Start : w.Start+w.Count] {
		names := s.doubted[p.Row]
		for i, name := range t.Classes() {
			if v := t.Value(p.Row, i); v != labels.Unknown && slices.Contains(names, name) {
				event.Set = append(event.Set, labels.Change{Class: name, Value: int8(v), Images: []string{labels.Ref(s.project.Images(), p.Row)}})
			}
		}
	}
	confirmed := len(event.Set)
	if !event.Empty() {
		if err := s.apply(event); err != nil {
			return err
		}
	}
	said := fmt.Sprintf("%s confirmed. Undo takes that back.", count(confirmed, "label"))
	if s.list.at < len(s.list.picks) {
		s.fromList()
		s.message = said + " " + s.message
		return nil
	}
	if s.batch.pages {
		s.message = said
		return nil
	}
	s.list = list{}
	if err := s.next(ctx); err != nil {
		return err
	}
	s.message = said + " These were the last suspects."
	return nil
}
