import { TIMELINE_DRAWING } from './timeline-drawing.ts';
import { TIMELINE_INPUT } from './timeline-input.ts';

/** All script of the report, one strict function. It reads no address and asks for nothing: the page is enough. */
export const CLIENT_SCRIPT = `(() => {
'use strict';
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
${TIMELINE_DRAWING}
${TIMELINE_INPUT}
})();
`;
