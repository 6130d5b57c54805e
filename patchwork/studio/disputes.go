package studio

import (
	"context"
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// openDisputes shows the images where annotators differ, the most disputed first. What is labelled there decides.
func (s *Session) openDisputes(ctx context.Context, e host.Event) error {
	var data struct {
		Class string `json:"class"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	picks, err := s.project.Disputed(ctx, data.Class)
	if err != nil {
		return wish("%v", err)
	}
	of := ""
	if data.Class != "" {
		of = fmt.Sprintf(" about %q", data.Class)
	}
	if len(picks) == 0 {
		return wish("Nobody disagrees%s, or everything has been decided.", of)
	}
	s.openAs("disagreements"+of, agreement.Adjudication, picks)
	s.message += " What you label here decides."
	return nil
}
