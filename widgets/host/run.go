package host

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
)

// RunOptions configures Run.
type RunOptions struct {
	Title  string                    // of the frame
	Static func() string             // the App as script-free HTML, as it is now; required
	Assets fs.FS                     // as in Options
	Page   func(token string) string // as in Options
	Height int                       // as in EmbedOptions
	Out    io.Writer                 // where text goes outside a notebook; nil means os.Stdout
}

// Run shows app in the output of the cell that calls it and waits for the person. In a notebook that somebody may look
// at it serves the page until the App calls Server.End, the cell is interrupted or the kernel is gone, and then leaves
// the static form behind. In a notebook that nobody looks at (nbconvert) it shows the static form and returns at once;
// outside a notebook it prints the words of the static form and returns.
//
// Errors: Static is missing; the server cannot listen; the notebook does not take the output.
func Run(ctx context.Context, app App, o RunOptions) error {
	if o.Static == nil {
		return errors.New("host.Run: Static is nil; want a function that gives the script-free form")
	}
	if !InNotebook() {
		var out io.Writer = os.Stdout
		if o.Out != nil {
			out = o.Out
		}
		_, err := fmt.Fprintln(out, words(o.Static()))
		return err
	}
	if !Live() {
		return DisplayOnce(o.Static())
	}
	// After the kernel is gone a write to its pipes would kill this process before the App has finished.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	s, err := New(app, Options{Assets: o.Assets, Page: o.Page, WatchPID: KernelPID()})
	if err != nil {
		return err
	}
	defer s.End(ReasonStopped)
	if err := s.Attach(KernelFile()); err != nil {
		fmt.Fprintln(os.Stderr, err) // most pages need no way through the kernel
	}
	id := newID()
	page := Embed(EmbedOptions{URL: s.URL(), Token: s.Token(), Title: o.Title, Static: o.Static(), Height: o.Height})
	if err := Display(id, page); err != nil {
		return err
	}
	reason, err := s.Serve(ctx)
	if reason == ReasonOrphan {
		return err // nobody is left to show it to
	}
	return errors.Join(err, Display(id, o.Static()))
}

var (
	rowEnd = regexp.MustCompile(`(?i)</(tr|p|div|li|h[1-6]|details|summary)>|<br\s*/?>`)
	anyTag = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`[ \t]+`)
	holes  = regexp.MustCompile(`\s*\n\s*`)
)

// words is the text of an HTML fragment, one line for each row or paragraph.
func words(fragment string) string {
	text := rowEnd.ReplaceAllString(strings.ReplaceAll(fragment, "\n", " "), "\n")
	text = html.UnescapeString(anyTag.ReplaceAllString(text, " "))
	return strings.TrimSpace(holes.ReplaceAllString(blanks.ReplaceAllString(text, " "), "\n"))
}
