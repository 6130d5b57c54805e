package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// handshakePipe is the file number of the pipe to the process that called Detach.
const handshakePipe = 3

// roles are those for which Main was called in this program. Only these can be detached: a program started again for
// any other would run its main a second time.
var roles sync.Map

// Main is called from the init function of a package that has a detached server. In a program that Detach started for
// this role it runs serve and exits; in any other it returns at once.
//
// serve gets the configuration that was given to Detach, calls ready once the server listens, and returns when the
// server has ended. Its context ends with SIGINT or SIGTERM. SIGHUP and SIGPIPE are ignored. An error before ready is
// what Detach returns; one after it goes to the log; both exit with status 1.
//
// When serve runs, the packages that its own package imports are initialised; package main, and packages that only
// others import, are not.
func Main(role string, serve func(ctx context.Context, config json.RawMessage, ready func(Handshake)) error) {
	roles.Store(role, true)
	if os.Getenv(daemonEnv) != role {
		return
	}
	os.Unsetenv(daemonEnv) // what the server starts is no server
	signal.Ignore(syscall.SIGPIPE, syscall.SIGHUP)
	status := make(chan int)
	go func() { status <- daemon(serve) }() // inits run locked to one thread; the server need not
	os.Exit(<-status)
}

func daemon(serve func(context.Context, json.RawMessage, func(Handshake)) error) (status int) {
	var pipe syscall.Stat_t
	if syscall.Fstat(handshakePipe, &pipe) != nil || pipe.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		fmt.Fprintf(os.Stderr, "host: %s is set, but this program was not started by host.Detach; unset it\n", daemonEnv)
		return 2
	}
	syscall.CloseOnExec(handshakePipe)
	back := os.NewFile(handshakePipe, "handshake")
	var once sync.Once
	tell := func(s started) {
		once.Do(func() {
			if s.PID == 0 {
				s.PID = os.Getpid()
			}
			json.NewEncoder(back).Encode(s)
			back.Close()
		})
	}
	err := func() error {
		config, err := io.ReadAll(os.Stdin)
		if err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		return serve(ctx, config, func(h Handshake) { tell(started{Handshake: h}) })
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		tell(started{Error: err.Error()})
		return 1
	}
	tell(started{Error: errors.New("it ended without becoming ready").Error()})
	return 0
}
