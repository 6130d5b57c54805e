package studio

import (
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// openRepeats shows images that were labelled before, with their labels hidden: this annotator's own, or those that only
// others have labelled. What is labelled then measures how far people agree, with themselves and with others.
func (s *Session) openRepeats(e host.Event) error {
	var data struct {
		Others bool `json:"others"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	rows, err := s.project.Repeats(agreement.RepeatOptions{Share: 1, Shown: s.o.Columns * s.o.Rows, Others: data.Others, Seed: s.number + s.o.Seed})
	if err != nil {
		return wish("%v", err)
	}
	if len(rows) == 0 && data.Others {
		return wish("Nobody else has labelled an image that you have not.")
	}
	if len(rows) == 0 {
		return wish("There is nothing to repeat: no image was labelled by you more than a day ago.")
	}
	picks := make([]Pick, len(rows))
	for i, row := range rows {
		picks[i] = Pick{Row: row, Reason: "blind repeat: it was labelled before, and its labels are hidden"}
	}
	s.list = list{}
	s.show(batch{strategy: agreement.BlindRepeat, picks: picks})
	s.message = count(len(rows), "image") + " to label again, with the labels hidden."
	return nil
}

// remember keeps what is said while labels are hidden, so that a person sees that much.
func (s *Session) remember(e labels.Event) {
	if s.batch.blind() && e.Shown != nil && e.Shown.Strategy == s.batch.strategy {
		s.said = append(s.said, e)
	}
}

// forget takes an event back that was undone.
func (s *Session) forget(e labels.Event) {
	s.said = slices.DeleteFunc(s.said, func(said labels.Event) bool { return said.ID == e.ID })
}

// saidOf is what was said of an image since its labels were hidden.
func (s *Session) saidOf(row int, class string) labels.Tri {
	ref := labels.Ref(s.project.Images(), row)
	t := s.project.Labels().Table()
	for _, e := range slices.Backward(s.said) {
		for _, c := range slices.Backward(e.Set) {
			for _, name := range append(c.Classes, c.Class) {
				if now, ok := t.Resolve(name); ok && now == class && slices.Contains(c.Images, ref) {
					return labels.Tri(c.Value)
				}
			}
		}
	}
	return labels.Unknown
}
