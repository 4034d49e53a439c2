import { TIMELINE_AXIS } from './timeline-axis.ts';
import { TIMELINE_DRAWING } from './timeline-drawing.ts';
import { TIMELINE_INPUT } from './timeline-input.ts';
import { TIMELINE_MODEL } from './timeline-model.ts';

/** All script of the report, one strict function. It reads no address and asks for nothing: the page is enough. */
export const CLIENT_SCRIPT = `(() => {
'use strict';
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
${TIMELINE_MODEL}
${TIMELINE_AXIS}
${TIMELINE_DRAWING}
${TIMELINE_INPUT}
})();
`;
