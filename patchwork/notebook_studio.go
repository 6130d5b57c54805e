package patchwork

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/studio"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// StudioCell is the studio as one cell shows it.
type StudioCell struct {
	n      *Notebook
	id     string
	record host.Record // of the server; empty where nobody can click
}

// Studio shows the labelling studio of the project below the cell and returns. The studio runs in a process of its own:
// other cells can run meanwhile, and it ends, with everything saved, with the kernel, when Done is pressed, or after 12
// hours without a page. Further cells, tabs and the command line attach to the same one.
//
// Where nobody can click, as under nbconvert, it shows the summary that a saved notebook keeps.
func (n *Notebook) Studio() *StudioCell {
	cell := &StudioCell{n: n, id: fmt.Sprintf("patchwork-studio-%d", time.Now().UnixNano())}
	if !host.Live() {
		cell.showSummary()
		return cell
	}
	record, alive, err := host.Find(n.dir)
	check(err)
	if !alive {
		_, err := host.Detach(context.Background(), studioRole, studioConfig{Dir: n.dir, Watch: host.KernelPID(), Idle: 12 * time.Hour},
			host.DetachOptions{LogFile: n.path("server.log")})
		check(err)
		record, _, err = host.Find(n.dir)
		check(err)
	}
	cell.record = record
	cell.attach()
	check(host.Display(cell.id, host.Embed(host.EmbedOptions{
		URL: record.URL, Token: record.Token, Title: "patchwork studio: " + n.Name(), Static: n.summary(), Height: 620,
	})))
	return cell
}

// attach gives the page the way through this cell's kernel, too. Most pages need none, so where it cannot be had the
// studio is shown all the same, and a page that finds no other way says so.
func (c *StudioCell) attach() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := c.record.Client().Attach(ctx, host.KernelFile()); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// Wait holds the cell until the studio ends or the kernel is interrupted, then shows the summary in its place.
func (c *StudioCell) Wait() {
	interrupted, stop := interruptible()
	defer stop()
	for alive := c.record.URL != ""; alive; {
		select {
		case <-interrupted.Done(): // interrupted: the studio goes on, the cell does not
			alive = false
		case <-time.After(500 * time.Millisecond):
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			alive = c.record.Client().Ping(ctx) == nil
			cancel()
		}
	}
	c.showSummary()
}

// showSummary shows what has been labelled, in place of the studio if that is on display.
func (c *StudioCell) showSummary() {
	if !host.InNotebook() {
		s, err := c.n.Project.Status()
		check(err)
		fmt.Print(s)
		return
	}
	if err := host.Display(c.id, c.n.summary()); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// summary is the studio without a script.
func (n *Notebook) summary() string {
	t, err := n.Labels()
	check(err)
	return studio.Summary{Name: n.Name(), Table: t, Images: n.Images(), Thumb: n.Thumb, History: n.History()}.HTML()
}
