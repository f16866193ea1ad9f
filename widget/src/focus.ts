/** Keeps Tab within `box`, where `active` has the focus: after its last stop comes its first. */
export function trap(event: KeyboardEvent, box: HTMLElement, active: Element | null): void {
  const stops = [...box.querySelectorAll<HTMLElement>("a[href],button,summary,textarea,[tabindex='0']")].filter(
    (one) => !(one as HTMLButtonElement).disabled && one.offsetParent,
  );
  const first = stops[0];
  const last = stops[stops.length - 1];
  const leaving = event.shiftKey ? active === first || active === box : active === last;
  if (!leaving || !first || !last) return;
  event.preventDefault();
  (event.shiftKey ? last : first).focus();
}
