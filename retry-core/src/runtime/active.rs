//! Keeps the active test contexts of a thread, of a task while it is polled, and of the process.

use core::marker::PhantomData;
use std::cell::RefCell;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::installed::{self, Addition};
use super::test_context::TestContext;

static PROCESS: Mutex<Stack> = Mutex::new(Stack::new());

std::thread_local! {
    static THREAD: RefCell<Stack> = const { RefCell::new(Stack::new()) };
}

/// Returns the active context: the newest of the thread or task, otherwise the newest of the process.
#[inline]
pub(crate) fn current() -> Option<TestContext> {
    if installed::has_test_context() { look() } else { None }
}

#[cold]
fn look() -> Option<TestContext> {
    // The destructor of another thread-local may call this function after `THREAD` is destroyed.
    THREAD.try_with(|stack| stack.borrow().top()).ok().flatten().or_else(|| process().top())
}

/// Locks the stack of the process. Poisoning is ignored: every change to the stack is a single step, so a panic leaves
/// the stack consistent.
fn process() -> MutexGuard<'static, Stack> {
    PROCESS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a context active on this thread until it is dropped.
#[derive(Debug)]
pub(crate) struct OnThread {
    key: u64,
    /// Keeps the guard on its thread: it must be dropped on the thread that created it.
    this_thread: PhantomData<*const ()>,
}

impl OnThread {
    pub(crate) fn push(context: TestContext) -> OnThread {
        let key = THREAD.with_borrow_mut(|stack| stack.push(context));
        installed::add(Addition::TestContext);
        OnThread { key, this_thread: PhantomData }
    }
}

impl Drop for OnThread {
    fn drop(&mut self) {
        installed::remove(Addition::TestContext);
        // If the stack of the thread is destroyed already, so is the context on it.
        let _ = THREAD.try_with(|stack| stack.borrow_mut().remove(self.key));
    }
}

/// Keeps a context active in the process until it is dropped.
#[derive(Debug)]
pub(crate) struct OnProcess {
    key: u64,
}

impl OnProcess {
    pub(crate) fn push(context: TestContext) -> OnProcess {
        let key = process().push(context);
        installed::add(Addition::TestContext);
        OnProcess { key }
    }
}

impl Drop for OnProcess {
    fn drop(&mut self) {
        installed::remove(Addition::TestContext);
        process().remove(self.key);
    }
}

/// The contexts in the order of activation. They are removed in any order, since guards may be dropped in any order.
#[derive(Debug)]
struct Stack {
    next: u64,
    contexts: Vec<(u64, TestContext)>,
}

impl Stack {
    const fn new() -> Stack {
        Stack { next: 0, contexts: Vec::new() }
    }

    /// Activates a context and returns the key that removes it.
    fn push(&mut self, context: TestContext) -> u64 {
        let key = self.next;
        self.next = self.next.wrapping_add(1);
        self.contexts.push((key, context));
        key
    }

    fn remove(&mut self, key: u64) {
        self.contexts.retain(|(other, _)| *other != key);
    }

    fn top(&self) -> Option<TestContext> {
        self.contexts.last().map(|(_, context)| context.clone())
    }
}
