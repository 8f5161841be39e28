//! Which scene counts where: a thread's own, a task's while the task is polled, or that of the whole process.

use core::marker::PhantomData;
use std::cell::RefCell;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::installed::{self, Extra};
use super::test_context::Scene;

static PROCESS: Mutex<Stack> = Mutex::new(Stack::new());

std::thread_local! {
    static THREAD: RefCell<Stack> = const { RefCell::new(Stack::new()) };
}

/// The scene that counts here: the thread's or task's newest before the process's newest.
#[inline]
pub(crate) fn current() -> Option<Scene> {
    if installed::is_scene_up() { look() } else { None }
}

#[cold]
fn look() -> Option<Scene> {
    // A destructor of another thread-local may come here when this one is gone.
    THREAD.try_with(|stack| stack.borrow().top()).ok().flatten().or_else(|| process().top())
}

/// A panic elsewhere leaves the stack whole: every change to it is a single step.
fn process() -> MutexGuard<'static, Stack> {
    PROCESS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A scene put up for this thread, until this is dropped.
#[derive(Debug)]
pub(crate) struct OnThread {
    key: u64,
    /// It changes the thread that it was made on, so it stays there.
    this_thread: PhantomData<*const ()>,
}

impl OnThread {
    pub(crate) fn raise(scene: Scene) -> OnThread {
        let key = THREAD.with_borrow_mut(|stack| stack.raise(scene));
        installed::add(Extra::Scene);
        OnThread { key, this_thread: PhantomData }
    }
}

impl Drop for OnThread {
    fn drop(&mut self) {
        installed::remove(Extra::Scene);
        // If the thread's stack is gone already, so is the scene on it.
        let _ = THREAD.try_with(|stack| stack.borrow_mut().lower(self.key));
    }
}

/// A scene put up for the process, until this is dropped.
#[derive(Debug)]
pub(crate) struct OnProcess {
    key: u64,
}

impl OnProcess {
    pub(crate) fn raise(scene: Scene) -> OnProcess {
        let key = process().raise(scene);
        installed::add(Extra::Scene);
        OnProcess { key }
    }
}

impl Drop for OnProcess {
    fn drop(&mut self) {
        installed::remove(Extra::Scene);
        process().lower(self.key);
    }
}

/// Scenes put up one over the other. They come down in any order, as guards may be dropped in any.
#[derive(Debug)]
struct Stack {
    next: u64,
    scenes: Vec<(u64, Scene)>,
}

impl Stack {
    const fn new() -> Stack {
        Stack { next: 0, scenes: Vec::new() }
    }

    /// Puts a scene on top; returns the key that takes it off again.
    fn raise(&mut self, scene: Scene) -> u64 {
        let key = self.next;
        self.next += 1;
        self.scenes.push((key, scene));
        key
    }

    fn lower(&mut self, key: u64) {
        self.scenes.retain(|(other, _)| *other != key);
    }

    fn top(&self) -> Option<Scene> {
        self.scenes.last().map(|(_, scene)| scene.clone())
    }
}
