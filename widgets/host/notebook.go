package host

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/gopatchwork/patchwork/widgets/kernellink"
	"github.com/janpfeifer/gonb/gonbui"
)

// syncTime is how long Display waits for the kernel to confirm; with the kernel gone it never would.
const syncTime = 5 * time.Second

// InNotebook says whether this program is a cell of a GoNB notebook.
func InNotebook() bool { return os.Getenv("GONB_PIPE") != "" }

// Live says whether a person may be looking at the notebook. It is false under nbconvert and papermill, which run cells
// without a page; their kernels have no id.
func Live() bool { return InNotebook() && os.Getenv("GONB_JUPYTER_KERNEL_ID") != "" }

// KernelPID is the process of the kernel that runs this cell, to be given to Options.WatchPID, and 0 outside a notebook.
func KernelPID() int {
	if !InNotebook() {
		return 0
	}
	return os.Getppid()
}

// KernelFile is the connection file of the kernel that runs this cell, to be given to Server.Attach or Client.Attach,
// and "" outside a notebook that a person may be looking at.
func KernelFile() string {
	if !Live() {
		return ""
	}
	return kernellink.PathOf(KernelPID())
}

// Display shows html as cell output, or replaces what was shown under the same id. The notebook file keeps the last
// state. It returns when the kernel has taken it. Errors: not in a notebook; the kernel did not answer within 5 s.
func Display(id, html string) error {
	return show(func() { gonbui.UpdateHTML(id, html) })
}

// DisplayOnce shows html as cell output that is not going to change.
func DisplayOnce(html string) error {
	return show(func() { gonbui.DisplayHTML(html) })
}

func show(send func()) error {
	if !InNotebook() {
		return errors.New("host: cannot display: this program is not a notebook cell")
	}
	done := make(chan struct{})
	go func() { // both calls block for ever when nobody reads the kernel's pipe
		send()
		gonbui.Sync()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(syncTime):
		return fmt.Errorf("host: cannot display: the kernel did not answer within %v", syncTime)
	}
	if err := gonbui.Error(); err != nil {
		return fmt.Errorf("host: cannot display: %w", err)
	}
	return nil
}

// newID is a name for a cell output that no other output has.
func newID() string {
	b := make([]byte, 8)
	rand.Read(b)
	return "patchwork-" + hex.EncodeToString(b)
}
